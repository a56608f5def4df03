//! Inputs that are honest and large, or small and ask for much: looked at in little memory, and in time that grows with
//! them.

use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use trainyard::data::check::{AsTable, DataReport, check};

use crate::memory;

/// The most that looking at any file here may take; tests that run beside are counted too.
const MEMORY: usize = 300 << 20;
const TIME: Duration = Duration::from_secs(60);
/// What these tests take is measured one by one.
static ALONE: Mutex<()> = Mutex::new(());

/// Looks at a file that `fill` makes, and measures that.
fn checked(name: &str, fill: impl FnOnce(&Path)) -> Result<DataReport, String> {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    fill(&path);
    let (since, before) = (Instant::now(), memory::begin());
    let report = check(&path, AsTable::default()).map_err(|error| error.to_string());
    let taken = memory::peak().saturating_sub(before);
    assert!(taken < MEMORY, "{name} took {} MB", taken >> 20);
    assert!(since.elapsed() < TIME, "{name} took {:?}", since.elapsed());
    report
}

fn fact<'a>(report: &'a DataReport, label: &str) -> &'a str {
    let found = report.facts.iter().find(|fact| fact.label == label);
    found.map(|fact| &fact.text[..]).unwrap_or_else(|| panic!("no {label} in {report:?}"))
}

#[test]
fn a_text_is_never_in_memory_as_a_whole() {
    let lines = checked("text.txt", |path| {
        std::fs::write(path, "to be or not to be, that is the question\n".repeat(4_000_000)).expect("a file");
    });
    assert_eq!(fact(&lines.expect("it is a text"), "lines"), "4000000");
    let one = checked("text.txt", |path| {
        std::fs::write(path, "to be or not to be ".repeat(8_000_000)).expect("a file");
    });
    assert_eq!(fact(&one.expect("it is a text"), "characters"), "152000000");
}

#[test]
fn a_row_without_an_end_is_refused_at_its_line() {
    // A cell of digits; and a quote that is not closed, which makes one row of all lines that follow.
    for (start, rest) in [("9", "9"), ("\"", "9,\n")] {
        let problem = checked("table.csv", |path| {
            let row = rest.repeat((64 << 20) / rest.len());
            std::fs::write(path, format!("a,b\n1,2\n{start}{row}")).expect("a file");
        });
        let problem = problem.expect_err("no row is so long");
        assert!(problem.contains(": line 3: the row does not end within 16777216 bytes"), "{problem}");
    }
}

#[test]
fn a_row_longer_than_memory_is_looked_at_in_pieces() {
    let report = checked("x.npy", |path| {
        let header = "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 500000000), }\n";
        let start =
            [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes()].concat();
        let mut file = std::fs::File::create(path).expect("a file");
        file.write_all(&start).expect("there is room");
        // Its zeros take no room on the disk.
        file.set_len(start.len() as u64 + 1_000_000_000).expect("there is room");
        file.seek(SeekFrom::End(-1)).and_then(|_| file.write_all(&[7])).expect("there is room");
    });
    assert_eq!(fact(&report.expect("it is an array"), "range"), "0 to 7, mean 7.0000e-9");
}

#[test]
fn an_archive_is_opened_once_however_many_arrays_it_has() {
    let report = checked("many.npz", |path| {
        let header = "{'descr': '|u1', 'fortran_order': False, 'shape': (1,), }\n";
        let array = [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes(), &[1]]
            .concat();
        let mut zip = zip::ZipWriter::new(std::fs::File::create(path).expect("a file"));
        for number in 0..16_000 {
            let options = zip::write::SimpleFileOptions::default();
            zip.start_file(format!("x{number}.npy"), options).expect("there is room");
            zip.write_all(&array).expect("there is room");
        }
        zip.finish().expect("there is room");
    });
    assert_eq!(
        report.expect("it is an archive").facts.iter().filter(|fact| fact.label == "array").count(),
        16_000
    );
}

#[test]
fn labels_that_unpack_to_a_thousand_times_their_file_are_counted_one_by_one() {
    let report = checked("labels.gz", |path| {
        let count = 300_000_000_u32;
        let header = [&[0, 0, 8, 1][..], &count.to_be_bytes()].concat();
        let file = std::fs::File::create(path).expect("a file");
        let mut encoder = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
        encoder.write_all(&header).expect("there is room");
        std::io::copy(&mut std::io::Read::take(std::io::repeat(1), count.into()), &mut encoder)
            .expect("there is room");
        encoder.finish().expect("there is room");
    });
    assert_eq!(fact(&report.expect("they are labels"), "  1"), "300000000 (100.0%)");
}

#[test]
fn an_image_that_would_take_too_much_memory_is_refused_by_its_size() {
    let problem = checked("white.png", |path| {
        let mut encoder = png::Encoder::new(std::fs::File::create(path).expect("a file"), 20_000, 20_000);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_compression(png::Compression::Fastest);
        let mut writer = encoder.write_header().expect("there is room");
        let mut stream = writer.stream_writer().expect("there is room");
        let row = [255; 60_000];
        (0..20_000).for_each(|_| stream.write_all(&row).expect("there is room"));
        stream.finish().expect("there is room");
    });
    let problem = problem.expect_err("it is too large");
    assert!(problem.contains("20000 x 20000 pixels take 1.49 GB of memory to decode"), "{problem}");
}
