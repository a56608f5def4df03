//! Small tables, embedded: the last column is what is to be predicted.

use super::Error;
use super::answers::Answers;
use super::embedded::{Part, part};
use super::samples::Samples;

static BREAST_CANCER: Part = part!("tabular/breast_cancer.csv", "06d3c3222f9b7e3f3637ab9502df5a9b", 123_865);
static DIABETES: Part = part!("tabular/diabetes.csv", "19cc19a6a999ae0d8e2f6125de849616", 21_316);
static DIGITS: Part = part!("tabular/digits_8x8.csv", "225f0cc772a7ea810671a921e0ad52f0", 265_358);
static IRIS: Part = part!("tabular/iris.csv", "72de67d2f0a43b9f53c08f399d9e96ef", 3878);
static WINE: Part = part!("tabular/wine.csv", "53d6ca11b6d51505fe27c614c539b898", 12_373);

/// 569 patients, 30 features of cell nuclei; malignant (0) or benign (1).
///
/// # Errors
/// When the embedded bytes are damaged, as for all of these.
pub fn breast_cancer() -> Result<Samples, Error> {
    classified(&BREAST_CANCER, &["malignant", "benign"])
}

/// 150 flowers, 4 features, 3 species.
///
/// # Errors
/// See [`breast_cancer`].
pub fn iris() -> Result<Samples, Error> {
    classified(&IRIS, &["setosa", "versicolor", "virginica"])
}

/// 178 wines, 13 features, 3 cultivars.
///
/// # Errors
/// See [`breast_cancer`].
pub fn wine() -> Result<Samples, Error> {
    classified(&WINE, &["class_0", "class_1", "class_2"])
}

/// 1,797 images of 8x8 pixels; 0 to 16, or 0 to 1 when normalised.
///
/// # Errors
/// See [`breast_cancer`].
pub fn digits(normalize: bool) -> Result<Samples, Error> {
    let names: Vec<String> = (0..10).map(|digit| digit.to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut samples = classified(&DIGITS, &names)?;
    if normalize {
        samples.inputs.iter_mut().for_each(|x| *x /= 16.0);
    }
    Ok(Samples { shape: vec![8, 8, 1], columns: Vec::new(), ..samples })
}

/// 442 patients, 10 features in their own units, and how far the disease went in a year.
///
/// # Errors
/// See [`breast_cancer`].
pub fn diabetes() -> Result<Samples, Error> {
    let table = read(&DIABETES)?;
    let value = |cell: &String| DIABETES.number(cell).map(f64::from);
    let values = table.last.iter().map(value).collect::<Result<_, _>>()?;
    let answers = Answers::values(1, values);
    Ok(Samples { answers, ..table.samples(Vec::new(), &[]) })
}

struct Table {
    columns: Vec<String>,
    inputs: Vec<f32>,
    last: Vec<String>,
}

impl Table {
    fn samples(self, of: Vec<u32>, names: &[&str]) -> Samples {
        let names = names.iter().map(ToString::to_string).collect();
        let samples = Samples::of_classes(vec![self.columns.len()], self.inputs, of, names);
        Samples { columns: self.columns, ..samples }
    }
}

fn classified(part: &Part, names: &[&str]) -> Result<Samples, Error> {
    let table = read(part)?;
    let class = |cell: &String| {
        let place = names.iter().position(|name| name == cell);
        place.map(|place| place as u32).ok_or_else(|| part.wrong(cell))
    };
    let of = table.last.iter().map(class).collect::<Result<_, _>>()?;
    Ok(table.samples(of, names))
}

impl Part {
    fn wrong(&self, cell: &str) -> Error {
        Error::Broken {
            origin: format!("the embedded {}", self.name),
            problem: format!("'{cell}' is not expected"),
        }
    }

    fn number(&self, cell: &str) -> Result<f32, Error> {
        cell.parse().map_err(|_| self.wrong(cell))
    }
}

/// These files have no quotes and no gaps.
fn read(part: &Part) -> Result<Table, Error> {
    let text = part.text()?;
    let mut lines = text.lines();
    let mut columns: Vec<String> =
        lines.next().unwrap_or_default().split(',').map(ToString::to_string).collect();
    columns.pop();
    let (mut inputs, mut last) = (Vec::new(), Vec::new());
    for line in lines {
        let (features, answer) = line.rsplit_once(',').ok_or_else(|| part.wrong(line))?;
        for cell in features.split(',') {
            inputs.push(part.number(cell)?);
        }
        last.push(answer.to_string());
    }
    Ok(Table { columns, inputs, last })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset::Source;

    fn counts(samples: &Samples) -> Vec<usize> {
        let classes = samples.classes();
        let most = classes.iter().max().copied().unwrap_or(0);
        (0..=most).map(|class| classes.iter().filter(|&&of| of == class).count()).collect()
    }

    #[test]
    fn classes_are_as_many_as_the_publications_say() {
        assert_eq!(counts(&breast_cancer().unwrap()), [212, 357]);
        assert_eq!(counts(&iris().unwrap()), [50, 50, 50]);
        assert_eq!(counts(&wine().unwrap()), [59, 71, 48]);
        let digits = digits(true).unwrap();
        assert_eq!(counts(&digits), [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
        assert!(digits.inputs.iter().all(|x| (0.0..=1.0).contains(x)));
    }

    #[test]
    fn the_names_of_columns_are_those_that_a_preset_knows() {
        let sets = [
            (Source::Iris, iris()),
            (Source::Wine, wine()),
            (Source::BreastCancer, breast_cancer()),
            (Source::Diabetes, diabetes()),
        ];
        for (source, samples) in sets {
            let offered = source.built_in_offers().unwrap().columns;
            let names: Vec<String> = offered.into_iter().map(|column| column.name).collect();
            assert_eq!(names, samples.unwrap().columns, "{source:?}");
        }
    }

    #[test]
    fn the_diabetes_target_has_its_published_mean() {
        let samples = diabetes().unwrap();
        let Answers::Values { values, .. } = &samples.answers else { panic!("it is a regression") };
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        assert!((mean - 152.133).abs() < 0.01, "{mean}");
        assert_eq!((samples.count(), &samples.columns[2][..]), (442, "body mass index"));
    }
}
