//! Every kernel with its typed arguments: a launch is a struct with a field for each argument, so that none can be left
//! out, swapped or of another type than in the kernel's source. A test compares the table with the sources.

use std::marker::PhantomData;
use std::rc::Rc;

use super::array::{Array, Plain};
use super::card::Card;
use super::grid::{Grid, count_of};
use crate::nn::device::Error;

/// A kind of argument of a kernel.
pub trait Argument {
    /// What a launch gives for it.
    type Given<'a>;
    /// Its type in the kernel's source.
    const SOURCE: &'static str;

    /// The argument's bits, the lowest first.
    ///
    /// # Errors
    /// When a count is too large.
    fn word(given: Self::Given<'_>) -> Result<u64, Error>;
}

/// Memory of the card, from some number on, or none.
#[derive(Clone, Copy)]
pub struct Place<'a, T> {
    address: u64,
    numbers: PhantomData<&'a T>,
}

/// An array's memory, or none.
pub fn at<'a, T: Plain>(array: impl Into<Option<&'a Array<T>>>) -> Place<'a, T> {
    Place { address: array.into().map_or(0, Array::address), numbers: PhantomData }
}

/// An array's memory from a number on.
///
/// # Panics
/// When the array is shorter.
pub fn from<T: Plain>(array: &Array<T>, first: usize) -> Place<'_, T> {
    assert!(first <= array.len(), "an array of {} has no number {first}", array.len());
    Place { address: array.address() + (first * size_of::<T>()) as u64, numbers: PhantomData }
}

/// Types of numbers by their name in a kernel's source.
pub trait Named: Plain {
    /// Memory that a kernel changes.
    const CHANGED: &'static str;
    /// Memory that a kernel only reads.
    const READ: &'static str;
}

macro_rules! named {
    ($($number:ty = $name:literal),*) => {$(
        impl Named for $number {
            const CHANGED: &'static str = concat!($name, " *");
            const READ: &'static str = concat!("const ", $name, " *");
        }
    )*};
}
named!(f32 = "float", f64 = "double", i32 = "int", u32 = "unsigned", Step = "Step", Piece = "Piece");

/// Memory that a kernel changes.
pub struct Out<T>(PhantomData<T>);
/// Memory that a kernel reads.
pub struct In<T>(PhantomData<T>);
/// A count or a choice: `int`.
pub struct Int;
/// `unsigned`.
pub struct Unsigned;
/// `unsigned long long`.
pub struct Wide;
/// `float`.
pub struct Float;

impl<T: Named> Argument for Out<T> {
    type Given<'a> = Place<'a, T>;
    const SOURCE: &'static str = T::CHANGED;
    fn word(place: Place<'_, T>) -> Result<u64, Error> {
        Ok(place.address)
    }
}

impl<T: Named> Argument for In<T> {
    type Given<'a> = Place<'a, T>;
    const SOURCE: &'static str = T::READ;
    fn word(place: Place<'_, T>) -> Result<u64, Error> {
        Ok(place.address)
    }
}

impl Argument for Int {
    type Given<'a> = usize;
    const SOURCE: &'static str = "int";
    fn word(count: usize) -> Result<u64, Error> {
        Ok(u64::from(count_of(count)?.cast_unsigned()))
    }
}

impl Argument for Unsigned {
    type Given<'a> = u32;
    const SOURCE: &'static str = "unsigned";
    fn word(number: u32) -> Result<u64, Error> {
        Ok(u64::from(number))
    }
}

impl Argument for Wide {
    type Given<'a> = u64;
    const SOURCE: &'static str = "unsigned long long";
    fn word(number: u64) -> Result<u64, Error> {
        Ok(number)
    }
}

impl Argument for Float {
    type Given<'a> = f32;
    const SOURCE: &'static str = "float";
    fn word(number: f32) -> Result<u64, Error> {
        Ok(u64::from(number.to_bits()))
    }
}

/// What differs from step to step while a recorded step stays the same; `Step` of `common.cu`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct Step {
    /// The seed of the pass, or of one draw.
    pub seed: u64,
}

/// A parameter with its gradient and its moments; `Piece` of `update.cu`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Piece {
    /// Address of the weights.
    pub weights: u64,
    /// Address of the gradient.
    pub gradient: u64,
    /// Addresses of the moments.
    pub moments: [u64; 3],
    /// How many weights there are.
    pub count: i32,
    /// The block that begins with the first of them.
    pub first_block: i32,
    /// The factor of the penalty on |w|.
    pub l1: f32,
    /// The factor of the penalty on w^2.
    pub l2: f32,
}

// SAFETY: one number.
unsafe impl Plain for Step {}
// SAFETY: numbers whose sizes leave no padding: five of 8 bytes, four of 4.
unsafe impl Plain for Piece {}

/// A kernel and its arguments as the sources have them.
pub struct Signature {
    /// The kernel's name.
    pub name: &'static str,
    /// Name and type of each argument.
    pub arguments: &'static [(&'static str, &'static str)],
}

/// The kernels of one source file.
pub struct Family {
    /// The file's text.
    #[cfg(test)]
    pub source: &'static str,
    /// What is in it.
    pub kernels: &'static [Signature],
}

/// The names of all kernels.
pub fn names() -> impl Iterator<Item = &'static str> {
    FAMILIES.iter().flat_map(|family| family.kernels).map(|kernel| kernel.name)
}

/// Declares launches: `Launch = kernel { argument: Kind, … }`, by source file. A launch's fields are the kernel's arguments.
macro_rules! kernels {
    ($($file:literal { $($launch:ident = $kernel:ident { $($argument:ident: $kind:ty),* $(,)? })* })*) => {
        $($(
            #[doc = concat!("Arguments of `", stringify!($kernel), "` in `", $file, "`, where each is described.")]
            pub struct $launch<'a> {
                $(
                    #[doc = concat!("`", stringify!($argument), "`")]
                    pub $argument: <$kind as Argument>::Given<'a>,
                )*
            }

            impl $launch<'_> {
                /// Asks the card for the kernel's work.
                ///
                /// # Errors
                /// When a count is too large.
                pub fn launch(self, card: &Rc<Card>, grid: Grid) -> Result<(), Error> {
                    card.launch(stringify!($kernel), grid, &[$(<$kind as Argument>::word(self.$argument)?),*]);
                    Ok(())
                }
            }
        )*)*

        /// All kernels, in the order in which they are compiled.
        pub const FAMILIES: &[Family] = &[$(
            Family {
                #[cfg(test)]
                source: include_str!(concat!("kernels/", $file)),
                kernels: &[$(
                    Signature {
                        name: stringify!($kernel),
                        arguments: &[$((stringify!($argument), <$kind as Argument>::SOURCE)),*],
                    }
                ),*],
            }
        ),*];
    };
}

kernels! {
    "dense.cu" {
        Gemm = gemm {
            c: Out<f32>, before: Out<f32>, a: In<f32>, b: In<f32>, bias: In<f32>, m: Int, n: Int, k: Int, depth: Int,
            a_row: Int, a_column: Int, b_row: Int, b_column: Int, activation: Int,
        }
        GemmParts = gemm_parts {
            c: Out<f32>, before: Out<f32>, parts: In<f32>, bias: In<f32>, count: Int, number_of_parts: Int, width: Int,
            activation: Int,
        }
        BiasActivation = bias_activation {
            y: Out<f32>, before: Out<f32>, x: In<f32>, bias: In<f32>, count: Int, width: Int, activation: Int,
        }
        ActivationGradient = activation_gradient {
            out: Out<f32>, gradient: In<f32>, kept: In<f32>, count: Int, activation: Int,
        }
        SoftmaxRows = softmax_rows { y: Out<f32>, x: In<f32>, rows: Int, width: Int }
        SoftmaxGradient = softmax_gradient { out: Out<f32>, gradient: In<f32>, y: In<f32>, rows: Int, width: Int }
        ColumnSums = column_sums { sums: Out<f32>, x: In<f32>, rows: Int, width: Int, chunk: Int }
    }
    "elementwise.cu" {
        Add = add { sum: Out<f32>, a: In<f32>, b: In<f32>, count: Int }
        AddRow = add_row { y: Out<f32>, x: In<f32>, row: In<f32>, count: Int, width: Int }
        ScaleRows = scale_rows { y: Out<f32>, x: In<f32>, factors: In<f32>, count: Int, width: Int }
        Scale = scale { y: Out<f32>, x: In<f32>, factor: Float, count: Int }
        CutSlice = cut_slice { part: Out<f32>, whole: In<f32>, count: Int, total: Int, from: Int, width: Int }
        PutSlice = put_slice { whole: Out<f32>, part: In<f32>, count: Int, total: Int, from: Int, width: Int }
        RowDots = row_dots { y: Out<f32>, a: In<f32>, b: In<f32>, rows: Int, width: Int }
        Slope = slope { y: Out<f32>, x: In<f32>, slopes: In<f32>, count: Int, width: Int }
        SlopeBack = slope_back {
            d: Out<f32>, terms: Out<f32>, g: In<f32>, x: In<f32>, slopes: In<f32>, count: Int, width: Int,
        }
        Dropout = dropout {
            y: Out<f32>, x: In<f32>, step: In<Step>, draw: Int, threshold: Unsigned, scale: Float, count: Int,
        }
    }
    "latent.cu" {
        NormalNoise = normal_noise { noise: Out<f32>, step: In<Step>, count: Int }
        DrawCode = draw_code {
            code: Out<f32>, terms: Out<f32>, parameters: In<f32>, step: In<Step>, count: Int, width: Int,
        }
        DrawCodeGradient = draw_code_gradient {
            out: Out<f32>, gradient: In<f32>, parameters: In<f32>, step: In<Step>, count: Int, width: Int, scale: Float,
        }
    }
    "embedding.cu" {
        GatherRows = gather_rows {
            rows: Out<f32>, table: In<f32>, x: In<f32>, fault: Out<i32>, count: Int, width: Int, tokens: Int,
        }
        ScatterRows = scatter_rows {
            table: Out<f32>, rows: In<f32>, x: In<f32>, count: Int, width: Int, tokens: Int,
        }
    }
    "resample.cu" {
        GatherWindows = gather_windows {
            out: Out<f32>, image: In<f32>, count: Int, height: Int, width: Int, channels: Int, size_y: Int, size_x: Int,
            stride_y: Int, stride_x: Int, dilation_y: Int, dilation_x: Int, top: Int, left: Int, down: Int, across: Int,
            is_mean: Int,
        }
        SpreadWindows = spread_windows {
            out: Out<f32>, windows: In<f32>, count: Int, height: Int, width: Int, channels: Int, size_y: Int, size_x: Int,
            stride_y: Int, stride_x: Int, dilation_y: Int, dilation_x: Int, top: Int, left: Int, down: Int, across: Int,
            is_mean: Int,
        }
    }
    "loss.cu" {
        LossRows = loss_rows {
            gradient: Out<f32>, losses: Out<f32>, output: In<f32>, values: In<f32>, classes: In<u32>, factors: In<f32>,
            number_of_factors: Int, weights: In<f32>, rows_of_sample: Int, rows: Int, width: Int, loss: Int, smoothing: Float, delta: Float,
        }
        MeanOf = mean_of { mean: Out<f32>, x: In<f32>, count: Int, divisor: Float }
    }
    "update.cu" {
        AddPenalties = add_penalties { pieces: In<Piece>, number_of_pieces: Int }
        Penalties = penalties { sums: Out<f32>, pieces: In<Piece>, number_of_pieces: Int }
        ClipValues = clip_values { pieces: In<Piece>, number_of_pieces: Int, limit: Float }
        Squares = squares { sums: Out<f64>, pieces: In<Piece>, number_of_pieces: Int }
        NormFactor = norm_factor { factor: Out<f32>, sums: In<f64>, count: Int, limit: Float }
        ScaleGradients = scale_gradients { pieces: In<Piece>, number_of_pieces: Int, factor: In<f32> }
        UpdateSgd = update_sgd { pieces: In<Piece>, number_of_pieces: Int, constants: In<f32>, guard: In<f32> }
        UpdateMomentum = update_momentum { pieces: In<Piece>, number_of_pieces: Int, constants: In<f32>, guard: In<f32> }
        UpdateAdam = update_adam { pieces: In<Piece>, number_of_pieces: Int, constants: In<f32>, guard: In<f32> }
        UpdateRmsProp = update_rms_prop { pieces: In<Piece>, number_of_pieces: Int, constants: In<f32>, guard: In<f32> }
        UpdateAdagrad = update_adagrad { pieces: In<Piece>, number_of_pieces: Int, constants: In<f32>, guard: In<f32> }
        UpdateLion = update_lion { pieces: In<Piece>, number_of_pieces: Int, constants: In<f32>, guard: In<f32> }
    }
    "convolution.cu" {
        Convolve = convolve {
            y: Out<f32>, before: Out<f32>, winners: Out<u32>, x: In<f32>, kernel: In<f32>, bias: In<f32>,
            images: Int, height: Int, width: Int, channels: Int, filters: Int, size_y: Int, size_x: Int,
            stride_y: Int, stride_x: Int, dilation_y: Int, dilation_x: Int, top: Int, left: Int, high: Int,
            wide: Int, activation: Int, is_pooled: Int,
        }
        ConvolutionKernelGradient = convolution_kernel_gradient {
            parts: Out<f32>, x: In<f32>, g: In<f32>, images: Int, height: Int, width: Int, channels: Int,
            filters: Int, groups: Int, size_y: Int, size_x: Int, stride_y: Int, stride_x: Int,
            dilation_y: Int, dilation_x: Int, top: Int, left: Int, high: Int, wide: Int, run: Int,
        }
        ConvolveTransposed = convolve_transposed {
            out: Out<f32>, before: Out<f32>, g: In<f32>, kernel: In<f32>, bias: In<f32>, images: Int,
            height: Int, width: Int, channels: Int, filters: Int, groups: Int, size_y: Int, size_x: Int,
            stride_y: Int, stride_x: Int, dilation_y: Int, dilation_x: Int, top: Int, left: Int, high: Int,
            wide: Int, activation: Int,
        }
    }
    "pooling.cu" {
        MaxPool = max_pool {
            y: Out<f32>, winners: Out<u32>, x: In<f32>, count: Int, height: Int, width: Int, channels: Int,
            size_y: Int, size_x: Int, stride_y: Int, stride_x: Int, dilation_y: Int, dilation_x: Int,
            top: Int, left: Int, high: Int, wide: Int,
        }
        MaxPoolBack = max_pool_back {
            out: Out<f32>, g: In<f32>, winners: In<u32>, count: Int, height: Int, width: Int, channels: Int,
            size_y: Int, size_x: Int, stride_y: Int, stride_x: Int, dilation_y: Int, dilation_x: Int,
            top: Int, left: Int, high: Int, wide: Int,
        }
    }
    "sums.cu" {
        SumParts = sum_parts { out: Out<f32>, parts: In<f32>, length: Int, stride: Int, count: Int }
    }
    "batch_norm.cu" {
        BatchMoments = batch_moments { parts: Out<f32>, x: In<f32>, rows: Int, features: Int, piece: Int }
        BatchStatistics = batch_statistics {
            statistics: Out<f32>, moving_mean: Out<f32>, moving_variance: Out<f32>, parts: In<f32>,
            gamma: In<f32>, rows: Int, features: Int, piece: Int, momentum: Float, epsilon: Float,
            follows: Int,
        }
        BatchNormalise = batch_normalise {
            y: Out<f32>, before: Out<f32>, x: In<f32>, statistics: In<f32>, beta: In<f32>, count: Int,
            features: Int, activation: Int,
        }
        BatchGradientSums = batch_gradient_sums {
            parts: Out<f32>, d: Out<f32>, g: In<f32>, kept: In<f32>, x: In<f32>, statistics: In<f32>,
            rows: Int, features: Int, piece: Int, activation: Int,
        }
        BatchWeightGradients = batch_weight_gradients {
            d_gamma: Out<f32>, d_beta: Out<f32>, means: Out<f32>, parts: In<f32>, statistics: In<f32>,
            rows: Int, features: Int, pieces: Int, by_batch: Int,
        }
        BatchInputGradient = batch_input_gradient {
            d: Out<f32>, g: In<f32>, x: In<f32>, statistics: In<f32>, means: In<f32>, count: Int,
            features: Int,
        }
    }
    "group_norm.cu" {
        GroupNormalise = group_normalise {
            y: Out<f32>, moments: Out<f32>, x: In<f32>, gamma: In<f32>, beta: In<f32>, all: Int, pixels: Int,
            channels: Int, groups: Int, warps: Int, is_centred: Int, epsilon: Float,
        }
        GroupWeightGradients = group_weight_gradients {
            parts: Out<f32>, g: In<f32>, x: In<f32>, moments: In<f32>, rows: Int, pixels: Int, channels: Int,
            groups: Int, piece: Int,
        }
        GroupInputGradient = group_input_gradient {
            d: Out<f32>, g: In<f32>, x: In<f32>, gamma: In<f32>, moments: In<f32>, all: Int, pixels: Int,
            channels: Int, groups: Int, warps: Int, is_centred: Int,
        }
    }
    "attention.cu" {
        HeadProducts = head_products {
            c: Out<f32>, a: In<f32>, b: In<f32>, heads: Int, m: Int, n: Int, k: Int, a_row: Int,
            a_column: Int, a_sample: Int, a_head: Int, b_row: Int, b_column: Int, b_sample: Int, b_head: Int,
            c_row: Int, c_sample: Int, c_head: Int,
        }
        AttentionSoftmax = attention_softmax {
            weights: Out<f32>, rows: Int, steps: Int, scale: Float, is_causal: Int,
        }
        AttentionSoftmaxBack = attention_softmax_back {
            g: Out<f32>, weights: In<f32>, rows: Int, steps: Int, scale: Float, is_causal: Int,
        }
    }
    "recurrent.cu" {
        OrderBySteps = order_by_steps {
            out: Out<f32>, x: In<f32>, count: Int, rows: Int, steps: Int, features: Int, is_reversed: Int,
            is_back: Int,
        }
        SimpleStep = simple_step {
            state: Out<f32>, output: Out<f32>, inputs: In<f32>, previous: In<f32>, recurrent: In<f32>,
            bias: In<f32>, rows: Int, units: Int, output_row: Int, activation: Int,
        }
        SimpleStepBack = simple_step_back {
            d_gates: Out<f32>, d_output: In<f32>, next: In<f32>, state: In<f32>, recurrent: In<f32>,
            rows: Int, units: Int, output_row: Int, activation: Int,
        }
        LstmStep = lstm_step {
            gates: Out<f32>, state: Out<f32>, memory: Out<f32>, output: Out<f32>, previous: In<f32>,
            previous_memory: In<f32>, recurrent: In<f32>, bias: In<f32>, rows: Int, units: Int,
            output_row: Int,
        }
        LstmStepBack = lstm_step_back {
            gates: Out<f32>, d_memory: Out<f32>, d_output: In<f32>, next: In<f32>, memory: In<f32>,
            previous_memory: In<f32>, recurrent: In<f32>, rows: Int, units: Int, output_row: Int,
        }
        GruStep = gru_step {
            gates: Out<f32>, products: Out<f32>, state: Out<f32>, output: Out<f32>, previous: In<f32>,
            recurrent: In<f32>, bias: In<f32>, rows: Int, units: Int, output_row: Int,
        }
        GruStepBack = gru_step_back {
            gates: Out<f32>, products: Out<f32>, d_state: Out<f32>, d_output: In<f32>, next: In<f32>,
            previous: In<f32>, recurrent: In<f32>, rows: Int, units: Int, output_row: Int,
        }
    }
    "boltzmann.cu" {
        LogisticUnits = logistic_units {
            x: Out<f32>, sample: Out<f32>, bias: In<f32>, step: In<Step>, count: Int, width: Int, draw: Wide,
            is_derived: Int,
        }
        GaussianUnits = gaussian_units {
            x: Out<f32>, sample: Out<f32>, bias: In<f32>, step: In<Step>, count: Int, width: Int, draw: Wide,
            is_derived: Int,
        }
        SquaredDifferences = squared_differences { parts: Out<f32>, a: In<f32>, b: In<f32>, count: Int }
        ContrastBias = contrast_bias {
            bias: Out<f32>, velocity: Out<f32>, data: In<f32>, dreamt: In<f32>, rows: Int, width: Int,
            scale: Float, momentum: Float,
        }
        ContrastWeights = contrast_weights {
            weights: Out<f32>, velocity: Out<f32>, data: In<f32>, dreamt: In<f32>, count: Int, scale: Float,
            momentum: Float, decay: Float,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The kernels of a source: their names, and name and type of each argument.
    fn signatures(source: &str) -> Vec<(String, Vec<(String, String)>)> {
        let code: Vec<&str> =
            source.lines().map(|line| line.split("//").next().unwrap_or_default()).collect();
        let code = code.join("\n");
        let kernels = code.split("extern \"C\" __global__ void").skip(1).map(|rest| {
            let rest = match rest.trim_start().strip_prefix("__launch_bounds__") {
                Some(bounds) => bounds.split_once(')').unwrap().1,
                None => rest,
            };
            let (name, rest) = rest.split_once('(').unwrap();
            let arguments = rest.split_once(')').unwrap().0.split(',').map(|argument| {
                let words = argument.split_whitespace().collect::<Vec<_>>().join(" ");
                let begins = words.rfind([' ', '*']).unwrap() + 1;
                (words[begins..].to_owned(), words[..begins].trim().to_owned())
            });
            (name.trim().to_owned(), arguments.collect())
        });
        kernels.collect()
    }

    #[test]
    fn every_kernel_is_launched_with_the_arguments_of_its_source() {
        for family in FAMILIES {
            let table = family.kernels.iter().map(|kernel| {
                let arguments =
                    kernel.arguments.iter().map(|(name, kind)| (name.to_string(), kind.to_string()));
                (kernel.name.to_owned(), arguments.collect::<Vec<_>>())
            });
            for (ours, source) in table.clone().zip(signatures(family.source)) {
                assert_eq!(ours, source);
            }
            assert_eq!(
                table.count(),
                signatures(family.source).len(),
                "a kernel that the table does not have"
            );
        }
    }

    #[test]
    fn every_file_of_kernels_is_in_the_table() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("nn/gpu/kernels");
        let files = folder.read_dir().unwrap().map(|file| file.unwrap().path());
        for file in files {
            let text = std::fs::read_to_string(&file).unwrap();
            if !text.contains("__global__") {
                continue;
            }
            assert!(
                FAMILIES.iter().any(|family| family.source == text),
                "{} is not compiled",
                file.display()
            );
        }
    }
}
