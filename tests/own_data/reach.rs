//! How far `init` and `train` come with no hand work on tables as people have them, beside scikit-learn's models on the same
//! rows. `tests/reference/sklearn_tables.py` makes the same tables and writes down what those reach.

use std::fmt::Write;
use std::path::Path;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::program::{Desk, noise};

struct Noise(Box<dyn Iterator<Item = f32>>);

impl Noise {
    fn new(seed: u32) -> Self {
        Noise(Box::new(noise(seed)))
    }

    fn one(&mut self) -> f64 {
        f64::from(self.0.next().expect("it never ends"))
    }

    fn below(&mut self, count: u32) -> i32 {
        (self.one() * f64::from(count)) as i32
    }

    /// About normal: the sum of four, less their mean.
    fn bell(&mut self) -> f64 {
        self.one() + self.one() + self.one() + self.one() - 2.0
    }
}

/// 1 where it is so.
fn one_if(is: bool) -> f64 {
    f64::from(u8::from(is))
}

fn titanic(noise: &mut Noise, rows: usize) -> String {
    let mut text = String::from("PassengerId,Pclass,Name,Sex,Age,SibSp,Ticket,Fare,Embarked,Survived\n");
    for row in 0..rows {
        let class = 1 + noise.below(3);
        let is_male = noise.below(3) > 0;
        let age = noise.below(70) + 1;
        let siblings = noise.below(6) * noise.below(2);
        let fare = f64::from((4 - class) * (4 - class)) * (5.0 + 10.0 * noise.one());
        let port = ["S", "S", "S", "C", "Q"][noise.below(5) as usize];
        let score = 1.6 * one_if(!is_male) - 0.5 * f64::from(class - 2) + 0.9 * one_if(age < 12)
            - 0.25 * f64::from(siblings)
            + 0.4 * one_if(port == "C");
        let survived = u8::from(score + noise.bell() > 0.6);
        let known = if noise.below(5) == 0 { String::new() } else { format!("{age}.0") };
        let port = if noise.below(200) == 0 { "" } else { port };
        let sex = if is_male { "male" } else { "female" };
        let (number, ticket) = (row + 1, 7 * row);
        writeln!(
            text,
            "{number},{class},\"Nr {number}, Mr.\",{sex},{known},{siblings},A/{ticket},{fare:.4},{port},{survived}"
        )
        .expect("memory");
    }
    text
}

fn adult(noise: &mut Noise, rows: usize) -> String {
    let mut text = String::from(
        "age,workclass,education,education_num,marital,occupation,capital_gain,hours,country,income\n",
    );
    for _ in 0..rows {
        let age = 17 + noise.below(60);
        let work = noise.below(8);
        let education = noise.below(16);
        let is_married = noise.below(2) == 1;
        let job = noise.below(14);
        let gain = if noise.below(12) == 0 { 1000 * noise.below(20) } else { 0 };
        let hours = 20 + noise.below(50);
        let country = noise.below(40) * noise.below(2) * noise.below(2);
        let from_48 = f64::from(age - 48);
        let score = 0.18 * f64::from(education - 8) + 0.9 * one_if(is_married) + 0.03 * f64::from(hours - 40)
            - 0.002 * from_48 * from_48;
        let score = score
            + 0.15 * f64::from((5 * job) % 14 - 7)
            + 0.3 * one_if(gain > 5000) * 5.0
            + 0.3 * one_if(work == 3);
        let income = if score + 1.2 * noise.bell() > 1.0 { ">50K" } else { "<=50K" };
        let work = if noise.below(20) == 0 { "?".into() } else { format!("work-{work}") };
        let marital = if is_married { "Married" } else { "Single" };
        writeln!(
            text,
            "{age},{work},grade-{education},{education},{marital},job-{job},{gain},{hours},land-{country},{income}"
        )
        .expect("memory");
    }
    text
}

fn houses(noise: &mut Noise, rows: usize) -> String {
    let mut text = String::from(
        "Id,LotArea,Neighborhood,YearBuilt,OverallQual,GrLivArea,GarageArea,CentralAir,SaleDate,SalePrice\n",
    );
    for row in 0..rows {
        let lot = 3000.0 + 9000.0 * noise.one() + 60000.0 * one_if(noise.below(30) == 0) * noise.one();
        let place = noise.below(25);
        let year = 1900 + noise.below(120);
        let quality = 1 + noise.below(10);
        let living = 500.0 + 2500.0 * noise.one();
        let garage = if noise.below(8) == 0 { 0 } else { 200 + noise.below(600) };
        let has_air = noise.below(10) > 0;
        let (month, day) = (1 + noise.below(12), 1 + noise.below(28));
        let price = 20000.0
            + 2.0 * lot
            + 1500.0 * f64::from((7 * place) % 25)
            + 400.0 * f64::from(year - 1900)
            + 9000.0 * f64::from(quality);
        let price = price
            + living * (20.0 + 4.0 * f64::from(quality))
            + 60.0 * f64::from(garage)
            + 8000.0 * one_if(has_air)
            + 1000.0 * f64::from(month);
        let price = price + 12000.0 * noise.bell();
        let garage = if noise.below(12) == 0 { String::new() } else { format!("{garage}.0") };
        let air = if has_air { "Y" } else { "N" };
        writeln!(
            text,
            "{},{lot:.1},area-{place},{year},{quality},{living:.1},{garage},{air},2009-{month:02}-{day:02},{price:.1}",
            row + 1
        )
        .expect("memory");
    }
    text
}

/// What scikit-learn's models reach.
fn reference(name: &str) -> Value {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/sklearn_tables.json");
    let text = std::fs::read_to_string(file).expect("a file that tests/reference/sklearn_tables.py wrote");
    serde_json::from_str::<Value>(&text).expect("it is JSON")[name].clone()
}

/// The scores on the test table of what `init` and `train` make of the training table, and those of scikit-learn.
fn scores(name: &str, make: fn(&mut Noise, usize) -> String, rows: [usize; 2]) -> (Value, Value) {
    let (desk, reference) = (Desk::new(), reference(name));
    for (part, (seed, rows)) in ["train", "test"].into_iter().zip([1, 2].into_iter().zip(rows)) {
        let text = make(&mut Noise::new(seed), rows);
        let sum: String = Sha256::digest(&text).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(sum, reference["sha256"][seed as usize - 1], "{name}: another table than scikit-learn's");
        desk.put(&format!("{part}.csv"), text);
    }
    for words in [&["init", "train.csv"][..], &["train", "train.ron", "--quiet"]] {
        let output = desk.run(words, b"");
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    (desk.lines(&["eval", "last", "--data", "test.csv", "--json"], b"").remove(0), reference)
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

#[test]
fn classes_are_told_apart_as_well_as_by_scikit_learn() {
    for (name, make, rows) in
        [("titanic", titanic as fn(&mut Noise, usize) -> String, [900, 3000]), ("adult", adult, [6000, 4000])]
    {
        let (scores, reference) = scores(name, make, rows);
        let accuracy = number(&scores["accuracy"]);
        // Within a point of the trees, which also is more than the network of scikit-learn has.
        assert!(
            accuracy > number(&reference["trees"]) - 0.01,
            "{name}: {accuracy}, scikit-learn {reference}"
        );
    }
}

#[test]
fn values_are_found_as_well_as_by_scikit_learn() {
    let (scores, reference) = scores("houses", houses, [1500, 2000]);
    let error = number(&scores["metrics"]["rmse"]);
    assert!(error < 1.03 * number(&reference["trees"]), "{error}, scikit-learn {reference}");
}
