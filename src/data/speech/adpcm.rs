//! IMA ADPCM (the Interactive Multimedia Association's, 1992): 4 bits a sample.

/// By how many places of the table each code moves the quantiser's step size.
const INDEX_CHANGES: [i32; 16] = [-1, -1, -1, -1, 2, 4, 6, 8, -1, -1, -1, -1, 2, 4, 6, 8];

const STEPS: [i32; 89] = [
    7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 28, 31, 34, 37, 41, 45, 50, 55, 60, 66, 73, 80, 88,
    97, 107, 118, 130, 143, 157, 173, 190, 209, 230, 253, 279, 307, 337, 371, 408, 449, 494, 544, 598, 658,
    724, 796, 876, 963, 1060, 1166, 1282, 1411, 1552, 1707, 1878, 2066, 2272, 2499, 2749, 3024, 3327, 3660,
    4026, 4428, 4871, 5358, 5894, 6484, 7132, 7845, 8630, 9493, 10442, 11487, 12635, 13899, 15289, 16818,
    18500, 20350, 22385, 24623, 27086, 29794, 32767,
];

/// The samples (16 bits) of a clip that was coded from the initial state, high nibble first.
pub fn decode(coded: &[u8]) -> Vec<i16> {
    let (mut value, mut index) = (0_i32, 0_i32);
    let mut next = |nibble: u8| {
        let step = STEPS[index as usize];
        index = (index + INDEX_CHANGES[usize::from(nibble)]).clamp(0, 88);
        let mut change = step >> 3;
        for (bit, shift) in [(4, 0), (2, 1), (1, 2)] {
            if nibble & bit != 0 {
                change += step >> shift;
            }
        }
        value = (if nibble & 8 != 0 { value - change } else { value + change }).clamp(-32768, 32767);
        value as i16
    };
    coded.iter().flat_map(|&byte| [next(byte >> 4), next(byte & 15)]).collect()
}
