//! Data of one's own through the real binary: from files to a trained network, its score and its answers, and what
//! becomes of files that are broken.

mod amounts;
mod answers;
mod broken;
mod calendar;
mod columns;
mod dates;
mod digits;
mod files;
mod guided;
mod kinds;
mod learned;
mod limits;
mod many_words;
mod meaning;
mod measured;
mod no_label;
mod percents;
mod program;
mod promises;
mod reach;
mod reading;
mod rows;
mod sheets;
mod sources;
mod spellings;
mod strangers;
mod subtotals;
mod sums;
mod tables;
mod titles;
mod ways_out;
mod written;
