//! In which folder the keys of a directory were seen to lie: a guess, to be proven by the folder's name. It serves rows that
//! come in no order, whose directories come back.

/// Guesses in a line of the cache.
const WAYS: usize = 8;
/// Lines at first, and at most: two million guesses in 16 MiB.
const FIRST_LINES: usize = 1 << 12;
const MOST_LINES: usize = 1 << 18;
/// No folder.
const NONE: u32 = u32::MAX;

/// Folders by the hashes of directories. Where there is no room, what was kept before goes.
#[derive(Debug, Default)]
pub(super) struct FolderGuess {
    lines: Vec<Line>,
    kept: usize,
}

/// Guesses for tags that end alike.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
struct Line {
    tags: [u32; WAYS],
    folders: [u32; WAYS],
}

const EMPTY: Line = Line { tags: [0; WAYS], folders: [NONE; WAYS] };

/// The part of a hash that tells directories apart.
const fn tag(directory: u64) -> u32 {
    (directory >> 16) as u32
}

impl FolderGuess {
    /// The folder's number, if there is a guess.
    #[inline]
    pub(super) fn get(&self, directory: u64) -> Option<u32> {
        let tag = tag(directory);
        let line = self.lines.get(tag as usize & self.lines.len().wrapping_sub(1))?;
        // A sum has no early end, so that no branch waits for the line: several guesses are fetched at once.
        let alike = (0..WAYS).map(|way| u32::from(line.tags[way] == tag) << way).sum::<u32>();
        let found = line.folders[alike.trailing_zeros() as usize % WAYS];
        (alike != 0 && found != NONE).then_some(found)
    }

    /// Keeps a folder's number.
    pub(super) fn put(&mut self, directory: u64, folder: u32) {
        let tag = tag(directory);
        self.insert(tag, folder, (directory >> 61) as usize);
    }

    fn insert(&mut self, tag: u32, folder: u32, victim: usize) {
        let mask = self.lines.len().wrapping_sub(1);
        let Some(line) = self.lines.get_mut(tag as usize & mask) else { return };
        let known = (0..WAYS).find(|&way| line.tags[way] == tag && line.folders[way] != NONE);
        let way = known.or_else(|| {
            let free = line.folders.iter().position(|&folder| folder == NONE);
            self.kept += usize::from(free.is_some());
            free
        });
        let way = way.unwrap_or(victim);
        (line.tags[way], line.folders[way]) = (tag, folder);
    }

    /// Makes room where most of it is taken.
    pub(super) fn fit(&mut self) {
        if self.lines.is_empty() {
            self.lines = vec![EMPTY; FIRST_LINES];
        }
        if self.kept * 4 > self.lines.len() * WAYS * 3 && self.lines.len() < MOST_LINES {
            let more = vec![EMPTY; self.lines.len() * 2];
            let lines = std::mem::replace(&mut self.lines, more);
            self.kept = 0;
            for Line { tags, folders } in lines {
                let kept = tags.into_iter().zip(folders).filter(|&(_, folder)| folder != NONE);
                kept.for_each(|(tag, folder)| self.insert(tag, folder, 0));
            }
        }
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::{FIRST_LINES, FolderGuess, WAYS};

    /// Hashes as those of directories are: all bits count.
    fn hash(number: u64) -> u64 {
        number.wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }

    #[test]
    fn a_guess_is_kept_while_there_is_room() {
        let mut guess = FolderGuess::default();
        guess.put(hash(1), 7);
        assert_eq!(guess.get(hash(1)), None, "there is no room yet");
        let many = 4 * FIRST_LINES * WAYS;
        for number in 0..many {
            guess.fit();
            guess.put(hash(number as u64), number as u32);
        }
        let kept = (0..many).filter(|&number| guess.get(hash(number as u64)) == Some(number as u32)).count();
        assert!(kept * 20 > many * 19, "{kept} of {many}");
        assert_eq!(guess.get(hash(many as u64)), None);
        guess.put(hash(3), 5);
        assert_eq!(guess.get(hash(3)), Some(5), "the last one counts");
        guess.clear();
        assert_eq!(guess.get(hash(3)), None);
    }

    #[test]
    fn the_last_guess_always_finds_room() {
        let mut guess = FolderGuess::default();
        guess.fit();
        for number in 0..3 * (FIRST_LINES * WAYS) as u64 {
            guess.put(hash(number), 1);
            assert_eq!(guess.get(hash(number)), Some(1));
        }
    }
}
