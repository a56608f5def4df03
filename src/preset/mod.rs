//! The experiment as data (RON).
//!
//! A [`Preset`] is what a file says; [`validate`](Preset::validate) turns it, with what its data offers, into an
//! [`Experiment`] whose shapes fit.

mod alone;
pub mod augment;
mod cell_form;
pub mod class_weights;
mod counted;
pub mod data;
mod date_forms;
pub mod device;
pub mod edit;
pub mod experiment;
mod extension;
pub mod field;
pub mod form;
pub mod layer_sizes;
pub mod layers;
pub mod learned;
pub mod library;
mod located;
pub mod memory;
pub mod metric;
mod misfit;
pub mod names;
pub mod nearest;
pub mod nesting;
mod networks;
pub mod optimizers;
pub mod outline;
pub mod overrides;
pub mod parse;
pub mod path;
pub mod procedure;
mod range;
pub mod reading;
pub mod reference;
mod reference_line;
mod refusal;
mod ron_options;
pub mod scale;
pub mod scaling;
pub mod schedule;
mod scores;
pub mod search_block;
pub mod shapes;
pub mod sources;
pub mod steering;
pub mod summary;
mod syntax;
pub mod table;
pub mod typed;
pub mod types;
pub mod validate;
mod value;
mod variants;
mod written;

pub use alone::OrAlone;
pub use augment::{Augment, Flip};
pub use cell_form::{CellForm, DateFormat, Unit, UnixTime};
pub use class_weights::ClassWeights;
pub use counted::{counted, counted_of, counted_with};
pub use data::{DataConfig, Fold, Labels, Signature, TargetChoice};
pub use date_forms::DateForms;
pub use device::DeviceChoice;
pub use experiment::{Experiment, Network, Networks};
pub use extension::check_extension;
pub use layers::options::{Activation, Initializer, Padding, Pair, Regularizer};
pub use layers::{Layer, Parameters, output_shape, parameters};
pub use learned::{Fingerprint, Learned, Preparation};
pub use memory::Memory;
pub use metric::Metric;
pub use names::layer_names;
pub use optimizers::Optimizer;
pub use parse::PresetError;
pub use path::{Key, Path};
pub use procedure::{Pretrainer, Procedure, Visible};
pub use reading::Reading;
pub use reference_line::ReferenceLine;
pub use scale::Scale;
pub use scaling::{Scaling, Spread};
pub use schedule::Schedule;
pub use shapes::ShapeError;
pub use sources::{
    ArrayForm, CategoryColumn, Circles, Colour, ColumnKind, Columns, Csv, DateColumn, Encoding, FileSource,
    FileTable, Gate, Holds, Idx, ImageFolder, LabelNames, LabelledText, Logic, MOST_WORDS, Missing, Moons,
    Npy, Npz, NumberColumn, Offers, Paths, Senate, Shakespeare, Source, Sp500, Spirals, TargetKind,
    TargetsAs, Task, TextFile, TextForm, TextTokens, ValuesAre, WavFolder,
};
pub use steering::{Assignment, Change, Steerable, steerable};
pub use summary::Summary;
pub use table::{DatePart, Filling, InputColumn, InputKind, LabelColumn, Numbers, Rest, TableSchema, code};
pub use types::{Clip, EarlyStopping, Loss, LossOptions, Monitor, OnNan, Preset, TrainConfig, View};
pub use validate::Finding;
pub use written::{is_usual, written};
