//! A finished frame in ASCII, for a terminal whose locale knows nothing else.

use ratatui::buffer::Buffer;

/// Replaces what is not ASCII by what comes nearest: lines, arrows, blocks and dots by signs of that shape, letters of other
/// scripts by `?`.
pub fn translate(frame: &mut Buffer) {
    for cell in &mut frame.content {
        if cell.symbol().is_ascii() {
            continue;
        }
        let sign = cell.symbol().chars().next().map_or(' ', nearest);
        cell.set_char(sign);
    }
}

fn nearest(sign: char) -> char {
    match sign {
        '─' | '━' | '╌' | '–' | '—' => '-',
        '│' | '┃' | '┆' | '▏' | '▎' | '▍' => '|',
        '╭' | '╮' | '╰' | '╯' | '┌' | '┐' | '└' | '┘' | '├' | '┤' | '┬' | '┴' | '┼' => {
            '+'
        }
        '▀' => '"',
        '▁' | '▂' | '▃' | '▄' => '_',
        '▅' | '▆' | '▇' | '▌' | '▋' | '▊' | '▉' | '█' => '#',
        '▓' => '%',
        '▒' => '=',
        '░' | '·' => '.',
        '•' | '●' | '★' => '*',
        '○' => 'o',
        '◆' => '@',
        '✗' | '×' => 'x',
        '✓' => 'v',
        '…' => '~',
        '‹' | '←' | '◀' => '<',
        '›' | '→' | '▶' | '▸' => '>',
        '↑' | '▲' => '^',
        '↓' | '▼' | '▾' => 'v',
        'ä' | 'á' | 'à' | 'â' => 'a',
        'ö' | 'ó' => 'o',
        'ü' => 'u',
        'é' | 'è' => 'e',
        '²' => '2',
        '°' => 'o',
        'µ' => 'u',
        '±' => '~',
        // Braille: as dense as its dots.
        '\u{2800}'..='\u{28FF}' => match (u32::from(sign) & 0xFF).count_ones() {
            0 => ' ',
            1..=2 => '.',
            3..=5 => ':',
            _ => '#',
        },
        _ => '?',
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::tui::state::mark::MarkKind;

    #[test]
    fn every_sign_that_the_dashboard_draws_has_a_shape_of_its_own() {
        // Marks on axes, what is open and closed, what is marked and pinned.
        let signs = MarkKind::ALL
            .map(|kind| kind.sign())
            .into_iter()
            .chain(["▾", "▸", "●", "◆", "○", "✗", "✓", "↑", "↓"]);
        for sign in signs {
            assert_ne!(nearest(sign.chars().next().unwrap()), '?', "{sign}");
        }
        let kinds: HashSet<char> =
            MarkKind::ALL.iter().map(|kind| nearest(kind.sign().chars().next().unwrap())).collect();
        // A phase and the place that is shown are both lines.
        assert_eq!(kinds.len(), MarkKind::ALL.len() - 1);
    }

    #[test]
    fn nothing_but_ascii_is_left() {
        let mut frame = Buffer::with_lines(["╭ Loss ─╮", "│⠤⣿ 漢é │", "╰ … → ──╯"]);
        translate(&mut frame);
        assert_eq!(frame, Buffer::with_lines(["+ Loss -+", "|.# ? e |", "+ ~ > --+"]));
    }
}
