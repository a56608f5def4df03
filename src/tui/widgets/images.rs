//! Images side by side, as large as they can be while all of them are seen.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use unicode_width::UnicodeWidthStr;

use crate::tui::state::clean;
use crate::tui::theme::{Role, Theme};

use super::image::{Image, Scale};
use super::text::cut;

/// Images of one size with a word under each.
#[derive(Clone, Copy, Debug)]
pub struct Images<'a> {
    /// Height, width and channels of one.
    pub shape: [usize; 3],
    /// The pixels of all images.
    pub pixels: &'a [f32],
    /// The numbers that are drawn darkest and brightest.
    pub range: (f32, f32),
    /// A word under each; empty for none.
    pub captions: &'a [String],
    /// How many side by side look best; 0 stands for as many as fit.
    pub columns: usize,
    /// Which of them are drawn where not all fit: the first page, the second; the number wraps around.
    pub page: usize,
}

/// The most captions by which their width is chosen: no screen has room for more.
const CAPTIONS: usize = 1000;

/// A part of a plane of images: its first column and row, and how many of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Window {
    left: usize,
    top: usize,
    across: usize,
    down: usize,
}

/// How images are laid out: the scale, and how many across and down.
struct Grid {
    scale: Scale,
    columns: usize,
    rows: usize,
    /// Columns and rows of one with its gap.
    pitch: (u16, u16),
}

impl Images<'_> {
    fn count(&self) -> usize {
        self.pixels.len().checked_div(self.size()).unwrap_or(0)
    }

    /// The number of pixel values of one image; `usize::MAX` where the shape is too large for any.
    fn size(&self) -> usize {
        self.shape.iter().fold(1, |size: usize, side| size.saturating_mul(*side))
    }

    fn grid(&self, scale: Scale, area: Rect) -> Grid {
        let (width, height) = scale.cells(self.shape[0], self.shape[1]);
        let caption =
            self.captions.iter().take(CAPTIONS).map(|word| clean(word).width()).max().unwrap_or(0).min(16)
                as u16;
        let pitch = (width.max(caption) + 1, height + u16::from(caption > 0) + u16::from(height > 2));
        // The gap after the last one needs no room.
        let fits = |room: u16, pitch: u16, gap: u16| usize::from((room + gap) / pitch.max(1)).max(1);
        let across = fits(area.width, pitch.0, 1);
        let columns = if self.columns > 0 { self.columns.min(across) } else { across };
        let rows = fits(area.height, pitch.1, u16::from(height > 2));
        Grid { scale, columns, rows, pitch }
    }

    /// The largest scale at which all images can be seen: small images are better than missing ones.
    fn best(&self, area: Rect) -> Grid {
        let [height, width, _] = self.shape;
        let (columns, rows) = (usize::from(area.width), 2 * usize::from(area.height));
        let largest = (columns / width.max(1)).min(rows / height.max(1)).clamp(1, 12);
        let side = height.min(width);
        let smaller = [2, 3].into_iter().filter(|by| side >= 8 * by).map(Scale::Down);
        let scales: Vec<Scale> = (1..=largest).rev().map(Scale::Up).chain(smaller).collect();
        let all = scales.iter().map(|scale| self.grid(*scale, area)).find(|grid| {
            // The number of columns that looks best is given up where it would hide images, but not that of a plane.
            let (wide, high) = grid.scale.cells(height, width);
            let is_whole = self.plane().is_none_or(|side| grid.columns == side);
            is_whole && wide <= area.width && high <= area.height && grid.columns * grid.rows >= self.count()
        });
        all.unwrap_or_else(|| {
            // A page of them is to show more than their average shade.
            let says_something = |scale: &&Scale| match scale {
                // On a plane each is seen beside its neighbours, from which it differs little.
                Scale::Down(by) => side >= if self.plane().is_some() { 9 * by } else { 12 * by },
                Scale::Up(_) => true,
            };
            let smallest = scales.iter().rev().find(says_something);
            let grid = self.grid(*smallest.unwrap_or(&Scale::Up(1)), area);
            let without_wish = Images { columns: 0, ..*self }.grid(grid.scale, area);
            if self.columns == 0 || without_wish.columns < self.columns { without_wish } else { grid }
        })
    }

    /// The images that a grid shows, by their places, where it cannot show all: a part of a plane, or a page of a list.
    fn shown(&self, grid: &Grid) -> Vec<usize> {
        let (count, room) = (self.count(), grid.columns * grid.rows);
        if count <= room {
            return (0..count).collect();
        }
        if let Some(Window { left, top, across, down }) = self.window(grid) {
            let row = |row| (left..left + across).map(move |column| row * self.columns + column);
            return (top..top + down).flat_map(row).collect();
        }
        let pages = count.div_ceil(room);
        // The last page is full, too: it repeats some of the page before.
        let first = (self.page % pages * room).min(count - room);
        (first..first + room).collect()
    }

    /// The part of a plane that this page shows: the first page its middle, those after it the whole plane, from its upper left
    /// corner on.
    fn window(&self, grid: &Grid) -> Option<Window> {
        let side = self.plane()?;
        let (across, down) = (grid.columns.min(side), grid.rows.min(side));
        let pages = (side.div_ceil(across), side.div_ceil(down));
        let middle = |shown: usize| (side - shown) / 2;
        // The last page of a row or column is full, too.
        let begin = |page: usize, shown: usize| (page * shown).min(side - shown);
        let (left, top) = match self.page % (1 + pages.0 * pages.1) {
            0 => (middle(across), middle(down)),
            page => (begin((page - 1) % pages.0, across), begin((page - 1) / pages.0, down)),
        };
        Some(Window { left, top, across, down })
    }

    /// The number of rows, where the images are the places of a plane around its middle.
    fn plane(&self) -> Option<usize> {
        let rows = self.count().checked_div(self.columns)?;
        (rows > 1 && rows == self.columns && rows % 2 == 1 && self.captions.is_empty()).then_some(rows)
    }

    /// Draws as many as there is room for, and says when that is not all.
    pub fn draw(&self, theme: &Theme, area: Rect, buffer: &mut Buffer) {
        let area = area.intersection(buffer.area);
        let (count, size) = (self.count(), self.size());
        if area.is_empty() || count == 0 {
            return;
        }
        let muted = theme.style(Role::Muted);
        let mut grid = self.best(area);
        let mut room = area;
        if grid.columns * grid.rows < count && area.height > 4 {
            room.height -= 1;
            grid = self.best(room);
            let shown = self.shown(&grid);
            if shown.len() < count {
                let note = match (self.window(&grid), shown.first(), shown.last()) {
                    (Some(Window { left, top, across, down }), ..) => {
                        let rows = span("row", top, down);
                        let columns = span("column", left, across);
                        let side = self.columns;
                        format!("{rows}, {columns} of {side} x {side}: }} and {{ show the others")
                    }
                    (None, Some(first), Some(last)) => {
                        format!("{} to {} of {count} shown: }} and {{ turn pages", first + 1, last + 1)
                    }
                    (None, ..) => String::new(),
                };
                buffer.set_stringn(area.x, room.bottom(), note, usize::from(area.width), muted);
            }
        }
        let (width, height) = grid.scale.cells(self.shape[0], self.shape[1]);
        let shown = self.shown(&grid);
        let across = match self.window(&grid) {
            Some(window) if shown.len() < count => window.across,
            _ => grid.columns,
        };
        let middle = self.plane().map(|_| count / 2);
        let used = across.min(count) as u16 * grid.pitch.0 - 1;
        let left = room.x + room.width.saturating_sub(used) / 2;
        for (at, place) in shown.into_iter().enumerate() {
            let Some(pixels) = self.pixels.get(place * size..(place + 1) * size) else { return };
            let (column, row) = ((at % across) as u16, (at / across) as u16);
            let (x, y) = (left + column * grid.pitch.0, room.y + row * grid.pitch.1);
            let cell = Rect { x, y, width: grid.pitch.0 - 1, height: grid.pitch.1 }.intersection(room);
            let Some(image) = Image::ranged(&self.shape, pixels, self.range) else { return };
            let inset = (grid.pitch.0 - 1).saturating_sub(width) / 2;
            let place_of_image = Rect { x: cell.x + inset, width, height: height.min(cell.height), ..cell };
            image.draw_scaled(theme, grid.scale, place_of_image.intersection(room), buffer);
            if middle == Some(place) {
                fence(theme, place_of_image, room, buffer);
            }
            let below = y + height;
            if let Some(caption) = self.captions.get(place).filter(|_| below < room.bottom()) {
                let room_of_word = usize::from((grid.pitch.0 - 1).min(room.right().saturating_sub(x)));
                let word = cut(&clean(caption), room_of_word);
                let inset = room_of_word.saturating_sub(word.width()) / 2;
                buffer.set_stringn(x + inset as u16, below, word, room_of_word - inset, muted);
            }
        }
    }
}

/// Places of a plane as a person counts them: `rows 4 to 6`.
fn span(name: &str, first: usize, count: usize) -> String {
    match count {
        1 => format!("{name} {}", first + 1),
        _ => format!("{name}s {} to {}", first + 1, first + count),
    }
}

/// Lines at both sides of an image, in the gaps beside it, where these are seen.
fn fence(theme: &Theme, image: Rect, room: Rect, buffer: &mut Buffer) {
    let left = image.x.checked_sub(1);
    for x in left.into_iter().chain([image.right()]) {
        let rows = (image.top()..image.bottom()).filter(|y| room.contains(Position { x, y: *y }));
        for y in rows {
            buffer.set_stringn(x, y, "│", 1, theme.strong(Role::Accent));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn images(shape: [usize; 3], pixels: &[f32]) -> Images<'_> {
        Images { shape, pixels, range: (-1.0, 1.0), captions: &[], columns: 0, page: 0 }
    }

    #[test]
    fn all_images_are_reached_page_by_page_and_a_plane_is_seen_around_its_middle() {
        let pixels = vec![0.0; 32 * 784];
        let list = images([28, 28, 1], &pixels);
        let grid = Grid { scale: Scale::Down(2), columns: 5, rows: 2, pitch: (15, 8) };
        let seen: std::collections::BTreeSet<usize> =
            (0..4).flat_map(|page| Images { page, ..list }.shown(&grid)).collect();
        assert_eq!(seen.len(), 32);
        assert_eq!(Images { page: 3, ..list }.shown(&grid), Vec::from_iter(22..32));
        assert_eq!(Images { page: 4, ..list }.shown(&grid)[0], 0, "it wraps around");
        let pixels = vec![0.0; 81 * 784];
        let plane = Images { columns: 9, ..images([28, 28, 1], &pixels) };
        let grid = Grid { scale: Scale::Down(2), columns: 5, rows: 3, pitch: (15, 8) };
        let shown = plane.shown(&grid);
        assert_eq!(shown[..5], [29, 30, 31, 32, 33]);
        assert_eq!((shown.len(), shown[7]), (15, 40), "the middle one is the point itself");
        let pages: Vec<Vec<usize>> = (1..=6).map(|page| Images { page, ..plane }.shown(&grid)).collect();
        assert_eq!(pages[0][..6], [0, 1, 2, 3, 4, 9], "the next page begins at the corner");
        assert_eq!(pages[1][0], 4, "the last page of a row is full");
        let seen: std::collections::BTreeSet<usize> = pages.into_iter().flatten().collect();
        assert_eq!(seen.len(), 81, "all are reached");
        assert_eq!(Images { page: 7, ..plane }.shown(&grid), shown, "it wraps around");
    }

    #[test]
    fn what_is_seen_of_a_plane_is_said_and_the_point_is_marked() {
        let theme = Theme::new(crate::tui::theme::Depth::True, true);
        let pixels = vec![0.0; 81 * 784];
        let drawn = |page, width, height| {
            let area = Rect::new(0, 0, width, height);
            let mut buffer = Buffer::empty(area);
            Images { columns: 9, page, ..images([28, 28, 1], &pixels) }.draw(&theme, area, &mut buffer);
            let row = |y| {
                (0..width).map(|x| buffer[(x, y)].symbol().to_owned()).collect::<String>().trim().to_owned()
            };
            (0..height).map(row).collect::<Vec<_>>()
        };
        let first = drawn(0, 76, 14);
        assert_eq!(first[13], "rows 4 to 5, columns 2 to 8 of 9 x 9: } and { show the others");
        assert_eq!(first.concat().matches('│').count(), 10, "five rows, both sides");
        let corner = drawn(1, 76, 14);
        assert_eq!(corner[13], "rows 1 to 2, columns 1 to 7 of 9 x 9: } and { show the others");
        assert!(!corner.concat().contains('│'), "the point is not on this page");
        let whole = drawn(0, 158, 53).concat();
        assert!(!whole.contains("of 9 x 9") && whole.matches('│').count() == 10, "all are seen");
    }

    #[test]
    fn many_images_are_made_small_and_few_are_made_large() {
        let pixels = vec![0.0; 64 * 784];
        let area = Rect::new(0, 0, 196, 50);
        let grid = images([28, 28, 1], &pixels).best(area);
        assert!(grid.scale == Scale::Down(2) && grid.columns * grid.rows >= 64);
        let grid = images([28, 28, 1], &pixels[..784]).best(area);
        assert_eq!(grid.scale, Scale::Up(3));
        let filters = vec![0.0; 32 * 9];
        let grid = images([3, 3, 1], &filters).best(Rect::new(0, 0, 76, 16));
        assert!(grid.columns * grid.rows >= 32, "{} x {}", grid.columns, grid.rows);
    }

    #[test]
    fn nothing_is_drawn_outside_at_any_size() {
        let theme = Theme::new(crate::tui::theme::Depth::True, true);
        let captions: Vec<String> = (0..10).map(|i| format!("a rather long caption {i}")).collect();
        for [height, width, channels] in [[28, 28, 1], [3, 5, 3], [1, 1, 1], [40, 8, 1]] {
            let pixels = vec![0.5; 10 * height * width * channels];
            let images =
                Images { captions: &captions, columns: 5, ..images([height, width, channels], &pixels) };
            for (w, h) in [(1, 1), (5, 2), (30, 9), (78, 18), (196, 50)] {
                let mut buffer = Buffer::empty(Rect::new(0, 0, w + 4, h + 4));
                images.draw(&theme, Rect::new(2, 2, w, h), &mut buffer);
                let outside = buffer.area.positions().filter(|at| !Rect::new(2, 2, w, h).contains(*at));
                for at in outside {
                    assert_eq!(buffer[at].symbol(), " ", "{w} x {h} at {at}");
                }
            }
        }
    }
}
