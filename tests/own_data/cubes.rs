//! Rows that are sums of others which stand anywhere, as those of a cube, of groups at the end, and rows of statistics. The totals are
//! written as pandas' `groupby(…).sum()` and `describe()` give them; what is right is the same table without them.

use serde_json::Value;

use crate::program::{Desk, said};

const SUM: &str = "the row is a sum of the others and none of its own";

/// What a training over a file says, and the loss of its test set.
fn trained(desk: &Desk, file: &str) -> (String, Value) {
    desk.preset_text(&format!(
        "(name: \"own\", title: \"\", data: (source: csv(file: {file:?}, skip_broken: true), test: 0.25),
          layers: [Dense(units: 1)], loss: mean_squared_error, optimizer: Adam(learning_rate: 0.01),
          train: (epochs: 2, batch_size: 8))"
    ));
    let (told, is_done) = said(desk, &["train", "own.ron"]);
    assert!(is_done, "{told}");
    (told, desk.lines(&["eval", "last", "--json"], b"")[0]["loss"].clone())
}

/// The region, product and numbers of a row; each of the 12 pairs comes twice.
fn row(n: usize) -> (&'static str, &'static str, [usize; 2]) {
    (
        ["North", "South", "West"][n % 3],
        ["tea", "coffee", "milk", "juice"][n / 3 % 4],
        [n * 7 % 23 + 1, n * 11 % 31 + 2],
    )
}

fn line(region: &str, product: &str, [x, y]: [usize; 2]) -> String {
    format!("{region},{product},{x},{y}\n")
}

fn sum(of: impl Fn(usize) -> bool) -> [usize; 2] {
    (0..24)
        .filter(|&n| of(n))
        .map(|n| row(n).2)
        .fold([0, 0], |sum, numbers| [sum[0] + numbers[0], sum[1] + numbers[1]])
}

fn rows() -> String {
    let rows: String = (0..24).map(|n| line(row(n).0, row(n).1, row(n).2)).collect();
    format!("region,product,x,y\n{rows}")
}

#[test]
fn totals_of_each_column_of_a_cube_are_no_rows_of_their_own() {
    let desk = Desk::new();
    desk.put("plain.csv", rows());
    let (_, right) = trained(&desk, "plain.csv");
    for word in ["All", "(total)", "合計", "Celkem", "Totalt", "Итого", "", "NULL"] {
        let regions: String =
            ["North", "South", "West"].map(|region| line(region, word, sum(|n| row(n).0 == region))).concat();
        let products: String = ["tea", "coffee", "milk", "juice"]
            .map(|product| line(word, product, sum(|n| row(n).1 == product)))
            .concat();
        let all = line(word, word, sum(|_| true));
        // SQL's ROLLUP has the sums of its first column and the whole, CUBE those of all.
        for totals in [
            format!("{regions}{all}"),
            format!("{regions}{products}{all}"),
            format!("{products}{all}{regions}"),
        ] {
            desk.put("t.csv", format!("{}{totals}", rows()));
            let (told, loss) = trained(&desk, "t.csv");
            let count = totals.lines().count();
            assert!(
                told.contains(&format!("{count} rows are left out")) && told.contains(SUM),
                "{word}: {told}"
            );
            assert_eq!(loss, right, "{word}");
        }
        let (told, is_done) = said(&desk, &["predict", "last", "t.csv"]);
        assert!(!is_done && told.contains("8 of 32 rows are not answered"), "{word}: {told}");
    }
}

#[test]
fn what_only_looks_like_a_total_is_learned_from() {
    let desk = Desk::new();
    // Products that are not known, and a region of all, whose numbers are no sums.
    let others = "North,,5,6\nSouth,,7,8\n,tea,9,10\nAll,milk,11,12\nWest,All,13,14\n";
    desk.put("t.csv", format!("{}{others}", rows()));
    let (told, _) = trained(&desk, "t.csv");
    assert!(!told.contains(SUM) && told.contains("7 test samples"), "{told}");
}

#[test]
fn totals_of_groups_and_of_all_at_the_end_are_no_rows_of_their_own() {
    let desk = Desk::new();
    desk.put("plain.csv", rows());
    let (_, right) = trained(&desk, "plain.csv");
    let ends: [&dyn Fn(&str) -> String; 4] = [
        &|region| format!("Total {region}"),
        &|region| format!("{region} total"),
        &|region| format!("Total for {region}"),
        &|region| format!("Summe {region}"),
    ];
    for end in ends {
        let totals = ["West", "North", "South"]
            .map(|region| line(&end(region), "", sum(|n| row(n).0 == region)))
            .concat();
        desk.put("t.csv", format!("{}{totals}", rows()));
        let (told, loss) = trained(&desk, "t.csv");
        assert!(told.contains("3 rows are left out") && told.contains(SUM), "{told}");
        assert_eq!(loss, right);
    }
}

#[test]
fn a_last_row_without_a_name_whose_numbers_are_the_sums_is_none_of_its_own() {
    let desk = Desk::new();
    for (name, is_word) in [("person", true), ("order", false)] {
        let of = |n: usize| if is_word { format!("P{n}") } else { (n * 10 + 3).to_string() };
        let rows: String = (0..24).map(|n| format!("{},{},{}\n", of(n), row(n).2[0], row(n).2[1])).collect();
        let [x, y] = sum(|_| true);
        desk.put("plain.csv", format!("{name},x,y\n{rows}"));
        desk.put("t.csv", format!("{name},x,y\n{rows},{x},{y}\n"));
        desk.put("other.csv", format!("{name},x,y\n{rows},{x},{}\n", y + 5));
        let (_, right) = trained(&desk, "plain.csv");
        let (told, loss) = trained(&desk, "t.csv");
        assert!(
            told.contains("the cell is empty and the numbers beside it are sums") && told.contains(SUM),
            "{told}"
        );
        assert_eq!(loss, right);
        if is_word {
            let (told, _) = trained(&desk, "other.csv");
            assert!(!told.contains(SUM), "{told}");
        }
    }
}

#[test]
fn what_describe_writes_below_a_table_or_as_one_is_no_data() {
    let desk = Desk::new();
    let rows: String = (0..24).map(|n| format!("P{n},{},{}\n", row(n).2[0], row(n).2[1])).collect();
    // As pandas' `describe()` gives them of these numbers.
    let describe = "count,24,24\nmean,12.041666666666666,16.458333333333332\nstd,6.854,9.166\nmin,1,2\n25%,6.75,8.75\n50%,12.5,16.5\n75%,17.25,24.25\nmax,23,32\n";
    desk.put("plain.csv", format!("name,x,y\n{rows}"));
    desk.put("t.csv", format!("name,x,y\n{rows}{describe}"));
    let (_, right) = trained(&desk, "plain.csv");
    let (told, loss) = trained(&desk, "t.csv");
    let wanted = "'count' says that the row is a statistic of the others and none of its own: remove it";
    assert!(told.contains("8 rows are left out") && told.contains(wanted), "{told}");
    assert_eq!(loss, right);
    desk.put("alone.csv", format!(",x,y\n{describe}"));
    let (told, code) = desk.failure(&["init", "alone.csv"]);
    assert!(told.contains("no rows that can be used") && told.contains(wanted) && code == Some(1), "{told}");
}
