//! Files of one's own data.

use std::io::{Cursor, Write};
use std::path::Path;

use trainyard::data::check::{AsTable, check};
use trainyard::data::import::file_table::{self, Columns};
use trainyard::data::import::limits::Limits;
use trainyard::data::import::rows::Rows;
use trainyard::data::import::{idx, images, npy, sounds, text};
use trainyard::data::table::{self, Files, Wanted};
use trainyard::preset::{Colour, Csv, Missing, TableSchema, Task, TextForm, TextTokens};

use crate::Target;
use crate::targets::in_a_file;

/// Bytes that are held in memory; what is larger is read from disk, which goes another way.
const IN_MEMORY: u64 = 100;

fn limits() -> Limits {
    Limits { in_memory: IN_MEMORY, longest_row: 1000, ..Limits::of_machine() }
}

/// Reads the last row of what was opened.
fn last_row(rows: &impl Rows) {
    if rows.count() > 0 {
        let mut row = vec![0.0; rows.width()];
        let _ = rows.read(rows.count() - 1, &mut row);
    }
}

/// IDX files, opened in memory and on disk, and looked at as `trainyard data check` does.
pub fn idx() -> Target {
    let images = [&[0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 2][..], &[7; 12]].concat();
    let labels = [&[0, 0, 8, 1, 0, 0, 0, 4][..], &[1, 2, 3, 4]].concat();
    let floats = [&[0, 0, 13, 2, 0, 0, 0, 9, 0, 0, 0, 3][..], &[0; 108]].concat();
    let zipped = |bytes: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("a vector takes all")
    };
    // Found: of no samples, each is said to be of two billion numbers.
    let none = [0, 0, 13, 2, 0, 0, 0, 0, 0x80, 0, 0, 3].to_vec();
    let seeds = vec![zipped(&images), images, labels, floats, none];
    // A broken file is refused with an error: that is not the question here.
    let read = |bytes: &[u8]| {
        drop(idx::parse(bytes.to_vec(), "fuzz.idx"));
        in_a_file("fuzz.idx", bytes, |path| {
            if let Ok((rows, _)) = idx::open(path, &limits()) {
                last_row(&rows);
            }
            drop(check(path, AsTable::default()));
        });
    };
    Target { name: "IDX", seeds, read }
}

/// A table and itself as the test set.
fn twice(path: &Path) -> Files {
    Files { paths: vec![path.into(); 2], trained: 1 }
}

/// Tables, with every way to treat what is missing, and read as another table that was learned.
pub fn csv() -> Target {
    let seeds = [
        "a,b,kind\n1,2.5,x\n-3e2,,y\n4,5,x\n",
        "a\tb\tc\n\"1\"\t\"2\n3\"\t4\n",
        "1;2;3\n4;5;6.5\n",
        "\u{feff}größe,\"na\"\"me\",y\r\n1,2,0\r\n3,4,1\r\n",
        "# made by hand\n;when;town;n;y\n0;01.02.2024 10:00;Rome;1.234,5;yes\n1;15.02.2024 11:30;Oslo;NA;no\n",
    ];
    let read = |bytes: &[u8]| {
        in_a_file("fuzz.csv", bytes, |path| {
            let mut options = Csv::of(String::new());
            for missing in [Missing::Refuse, Missing::Mean, Missing::Zero] {
                (options.missing, options.flag_missing) = (missing, missing == Missing::Mean);
                if let Ok(table) = table::read(&twice(path), &options, &limits(), &mut table::refuse) {
                    last_row(&table.rows);
                }
            }
            let numbers = TableSchema::of_numbers(&["a".into(), "b".into()], Some("kind"), Missing::Zero);
            let wanted =
                Wanted { inputs: &["a".to_string(), "b".to_string()], labels: &["kind".to_string()] };
            for wanted in [Some(wanted), None] {
                let cells = table::LabelCells::Value;
                drop(table::read_as(&twice(path), &options, &numbers, wanted, cells, &limits(), &mut |_| {
                    Ok(())
                }));
            }
            (options.header, options.separator, options.task) = (false, Some(';'), Task::Values);
            // Both are to learn from.
            let set = Files { trained: 2, ..twice(path) };
            options.weights = Some("1".into());
            drop(table::read(&set, &options, &limits(), &mut |_| Ok(())));
            let labels = ["kind".to_string()];
            let columns = Columns { path: None, labels: &labels };
            drop(file_table::read(&[path, path], columns, &limits(), &mut |_| Ok(())));
            drop(check(path, AsTable { labels: &["2".to_string()], ..AsTable::default() }));
        });
    };
    Target { name: "CSV", seeds: seeds.map(|seed| seed.as_bytes().to_vec()).to_vec(), read }
}

/// Parquet and spreadsheets, as pandas wrote them.
pub fn binary_tables() -> Target {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/formats");
    let files = ["others.parquet", "passengers_snappy.parquet", "passengers_gzip.parquet", "passengers.xlsx"];
    let files = files.into_iter().chain(["sheets.xlsx", "passengers.ods"]);
    let seeds = files.map(|name| std::fs::read(fixtures.join(name)).expect("a fixture")).collect();
    let read = |bytes: &[u8]| {
        in_a_file("fuzz.table", bytes, |path| {
            let options = Csv { missing: Missing::Mean, ..Csv::of(String::new()) };
            if let Ok(table) = table::read(&twice(path), &options, &limits(), &mut |_| Ok(())) {
                last_row(&table.rows);
            }
        });
    };
    Target { name: "Parquet and spreadsheets", seeds, read }
}

fn array(kind: &str, shape: &str, numbers: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': ({shape}), }}\n");
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend((header.len() as u16).to_le_bytes());
    file.extend(header.as_bytes());
    file.extend(numbers);
    file
}

/// The same array, said to be stored column by column.
fn by_columns(array: &[u8]) -> Vec<u8> {
    let at = array.windows(5).position(|five| five == b"False").expect("it is stored row by row");
    [&array[..at], b"True ", &array[at + 5..]].concat()
}

fn arrays() -> Vec<Vec<u8>> {
    vec![
        array("<f4", "2, 3", &[1; 24]),
        array("|u1", "3, 2, 2", &[9; 12]),
        array(">i8", "5,", &[0; 40]),
        array("<f8", "9, 4", &[0; 288]),
        array("<f4", "0, 2147483651", &[]),
        array(">f2", "4, 2", &[0x35; 16]),
        by_columns(&array("|u1", "3, 2, 2", &[9; 12])),
    ]
}

/// NumPy's arrays.
pub fn npy() -> Target {
    let read = |bytes: &[u8]| {
        in_a_file("fuzz.npy", bytes, |path| {
            for in_memory in [IN_MEMORY, u64::MAX] {
                if let Ok((rows, _)) = npy::open(path, &Limits { in_memory, ..limits() }) {
                    last_row(&rows);
                }
            }
            drop(check(path, AsTable::default()));
        });
    };
    Target { name: "NPY", seeds: arrays(), read }
}

/// NumPy's archives.
pub fn npz() -> Target {
    let archive = |method: zip::CompressionMethod| {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default().compression_method(method);
        for (name, bytes) in ["x.npy", "y.npy"].into_iter().zip(arrays()) {
            zip.start_file(name, options).expect("a vector takes all");
            zip.write_all(&bytes).expect("a vector takes all");
        }
        zip.finish().expect("a vector takes all").into_inner()
    };
    let read = |bytes: &[u8]| {
        in_a_file("fuzz.npz", bytes, |path| {
            if let Ok(mut archive) = npy::Archive::open(path, &limits()) {
                for name in ["x".to_string(), "y".to_string()].into_iter().chain(archive.names()) {
                    if let Ok((rows, _)) = archive.array(&name) {
                        last_row(&rows);
                    }
                }
            }
            drop(check(path, AsTable::default()));
        });
    };
    let methods = [zip::CompressionMethod::Stored, zip::CompressionMethod::Deflated];
    Target { name: "NPZ", seeds: methods.map(archive).to_vec(), read }
}

/// The files of `tests/fixtures/FOLDER`.
fn fixtures(folder: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(folder);
    let mut files: Vec<_> =
        std::fs::read_dir(folder).expect("fixtures").flatten().map(|file| file.path()).collect();
    files.sort();
    files.iter().map(|file| std::fs::read(file).expect("a fixture")).collect()
}

/// Sounds of every kind, resampled as the spectrograms want them.
pub fn sounds() -> Target {
    let sound = |channels: u16, bits: u16, format: hound::SampleFormat| {
        let spec =
            hound::WavSpec { channels, sample_rate: 8000, bits_per_sample: bits, sample_format: format };
        let mut bytes = Cursor::new(Vec::new());
        let mut writer = hound::WavWriter::new(&mut bytes, spec).expect("a vector takes all");
        for number in 0..60_i32 {
            match format {
                hound::SampleFormat::Int => writer.write_sample(number).expect("a vector takes all"),
                hound::SampleFormat::Float => {
                    writer.write_sample(number as f32 / 60.0).expect("a vector takes all");
                }
            }
        }
        writer.finalize().expect("a vector takes all");
        bytes.into_inner()
    };
    let mut seeds = vec![
        sound(1, 16, hound::SampleFormat::Int),
        sound(2, 8, hound::SampleFormat::Int),
        sound(1, 24, hound::SampleFormat::Int),
        sound(2, 32, hound::SampleFormat::Float),
    ];
    seeds.extend(fixtures("sounds"));
    let read = |bytes: &[u8]| {
        in_a_file("fuzz.wav", bytes, |path| {
            drop(sounds::read(path, 8000, &limits()));
            drop(sounds::read(path, 16_000, &limits()));
            drop(check(path, AsTable::default()));
        });
    };
    Target { name: "sounds", seeds, read }
}

/// Images of every kind.
pub fn images() -> Target {
    let picture = image::DynamicImage::ImageRgb8(image::RgbImage::from_fn(9, 7, |x, y| {
        image::Rgb([x as u8 * 20, y as u8 * 30, 99])
    }));
    let encoded = |picture: &image::DynamicImage, format: image::ImageFormat| {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).expect("a vector takes all");
        bytes.into_inner()
    };
    let mut seeds = vec![
        encoded(&picture, image::ImageFormat::Png),
        encoded(&picture.grayscale(), image::ImageFormat::Png),
        encoded(&picture, image::ImageFormat::Jpeg),
        encoded(&picture.grayscale(), image::ImageFormat::Jpeg),
    ];
    seeds.extend(fixtures("images"));
    let read = |bytes: &[u8]| {
        in_a_file("fuzz.png", bytes, |path: &Path| {
            for colour in [Colour::Grey, Colour::Rgb] {
                drop(images::decode(path, images::Form { height: 8, width: 8, colour }, &limits()));
            }
        });
    };
    Target { name: "images", seeds, read }
}

/// Texts, alone and with a class a line.
pub fn texts() -> Target {
    let seeds = ["spam\tbuy now\nham\tsee you at nine\n", "To be, or not to be\n\nthat is\u{2026}", "a\tb"];
    let read = |bytes: &[u8]| {
        in_a_file("fuzz.txt", bytes, |path| {
            drop(text::read(path));
            for tokens in [TextTokens::Characters, TextTokens::Words] {
                let form = TextForm { tokens, length: 8, vocabulary: 9 };
                drop(text::labelled(path, form, &limits(), &mut Err, &mut Vec::new()));
            }
            drop(check(path, AsTable::default()));
        });
    };
    Target { name: "texts", seeds: seeds.map(|seed| seed.as_bytes().to_vec()).to_vec(), read }
}
