//! One file that all ranks write, each its own part, where all of them see it.

use super::output::Unfinished;
use mst::comm::{Comm, Reduction};
use mst::error::{Error, Result};
use nix::fcntl::OFlag;
use std::ffi::OsStr;
use std::fs::File;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::Path;

/// Parts that are made once for their length and once more to be written, unless they have so few bytes.
const HELD: usize = if cfg!(test) { 50 } else { 64 << 20 };

/// A rank's view of a file that all ranks have open.
pub(super) struct SharedFile<'a> {
    comm: &'a Comm,
    /// The name under which errors are told.
    path: &'a Path,
    file: File,
}

/// A part of a file, made a piece after another: calls its argument with each.
pub(super) type Make<'a> = &'a mut dyn FnMut(&mut dyn FnMut(Vec<u8>) -> Result<()>) -> Result<()>;

impl<'a> SharedFile<'a> {
    /// Opens rank 0's `unfinished` file on all ranks; `None` if there is none, or a rank does not see
    /// it, since hosts share no folder. Called by all ranks.
    pub(super) fn open(
        comm: &'a Comm,
        path: &'a Path,
        unfinished: Option<&Unfinished>,
    ) -> Option<Self> {
        let mark = RandomState::new().build_hasher().finish();
        let offered = unfinished.and_then(|unfinished| Invitation::of(unfinished, mark).ok());
        let words = offered.map(|(invitation, file)| (invitation.to_bytes(), file)).unzip();
        let bytes = comm.broadcast(0, words.0.unwrap_or_default());
        let file = match (Invitation::from_bytes(&bytes), comm.rank()) {
            (_, 0) => words.1,
            (Some(invitation), rank) => {
                let ranks = &comm.topology().ranks;
                invitation.open(ranks[0].is(&ranks[rank])).ok().flatten()
            }
            (None, _) => None,
        };
        let mut lacking = [u64::from(file.is_none())];
        comm.all_reduce(&mut lacking, Reduction::Maximum);
        file.filter(|_| lacking[0] == 0).map(|file| Self { comm, path, file })
    }

    /// Writes the parts that all ranks `make`, one behind the other. Called by all ranks.
    ///
    /// # Errors
    /// As `make`; if the disk is full. All ranks return the same.
    pub(super) fn write(&self, make: Make<'_>) -> Result<()> {
        let (mut held, mut len) = (Vec::new(), 0);
        let measured = make(&mut |piece| {
            len += piece.len();
            match len <= HELD {
                true => held.push(piece),
                false => held.clear(),
            }
            Ok(())
        });
        self.comm.agree(measured)?;
        let ([before], [all]) = self.comm.sums_before([len as u64]);
        let mut at = before;
        let mut put = |piece: Vec<u8>| {
            self.file.write_all_at(&piece, at).map_err(Error::file("write", self.path))?;
            at += piece.len() as u64;
            Ok(())
        };
        let written = match len <= HELD {
            true => held.into_iter().try_for_each(&mut put),
            false => make(&mut put),
        };
        // Other hosts see what a network file system has been made to keep.
        let kept =
            written.and_then(|()| self.file.sync_all().map_err(Error::file("write", self.path)));
        self.comm.agree(kept)?;
        // The mark may be longer than all parts.
        let ended = if self.comm.rank() == 0 { self.file.set_len(all) } else { Ok(()) };
        self.comm.agree(ended.map_err(Error::file("write", self.path)))
    }
}

/// How the other ranks find the file, and know that it is the same.
struct Invitation {
    /// What it begins with.
    mark: u64,
    inode: u64,
    device: u64,
    /// Whether its path means the same on other hosts.
    is_named: bool,
    path: Vec<u8>,
}

impl Invitation {
    /// Of rank 0's file, which gets a mark.
    fn of(unfinished: &Unfinished, mark: u64) -> io::Result<(Self, File)> {
        let file = unfinished.file().try_clone()?;
        file.write_all_at(&mark.to_le_bytes(), 0)?;
        file.sync_all()?;
        let about = file.metadata()?;
        let (path, is_named) = unfinished.path_for_others()?;
        let path = path.into_os_string().into_vec();
        let (inode, device) = (about.ino(), about.dev());
        Ok((Self { mark, inode, device, is_named, path }, file))
    }

    fn to_bytes(&self) -> Vec<u8> {
        let words = [self.mark, self.inode, self.device, self.is_named.into()];
        [words.map(u64::to_le_bytes).concat(), self.path.clone()].concat()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (words, path) = bytes.split_at_checked(32)?;
        let word = |at: usize| {
            u64::from_le_bytes(words[8 * at..8 * at + 8].try_into().expect("eight bytes"))
        };
        let path = path.to_vec();
        Some(Self { mark: word(0), inode: word(1), device: word(2), is_named: word(3) == 1, path })
    }

    /// The file, if this rank sees the same one.
    fn open(&self, is_same_host: bool) -> io::Result<Option<File>> {
        let path = Path::new(OsStr::from_bytes(&self.path));
        if !is_same_host && !self.is_named {
            return Ok(None);
        }
        // Looked at before it is opened: on another host, or in another container, the path may be
        // that of anything.
        let about = path.metadata()?;
        let is_same = about.is_file()
            && about.ino() == self.inode
            && (!is_same_host || about.dev() == self.device);
        if !is_same {
            return Ok(None);
        }
        let mut options = File::options();
        let file =
            options.read(true).write(true).custom_flags(OFlag::O_NONBLOCK.bits()).open(path)?;
        let mut mark = [0; 8];
        file.read_exact_at(&mut mark, 0)?;
        Ok((mark == self.mark.to_le_bytes()).then_some(file))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::Output;
    use mst::comm;
    use mst::error::ContentFault;
    use std::fs;

    /// What is in a file of these pieces of each rank, or why it cannot be written.
    fn written(pieces: &[&[&str]]) -> Result<String, String> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("f.txt");
        let told = comm::run(pieces.len(), Some(1), |comm| {
            let output = (comm.rank() == 0).then(|| Output::create(&path).expect("a file"));
            let begun = output.as_ref().and_then(|output| output.begin().expect("begun"));
            let shared = SharedFile::open(comm, &path, begun.as_ref()).expect("all see it");
            let mine = pieces[comm.rank()];
            let make: Make<'_> = &mut |put| {
                mine.iter().try_for_each(|piece| match *piece {
                    "bad" => Err(Error::content(&path, ContentFault::Unsupported, "it is bad")),
                    piece => put(piece.as_bytes().to_vec()),
                })
            };
            shared.write(make).map_err(|why| why.to_string())?;
            output
                .zip(begun)
                .map_or(Ok(()), |(output, begun)| output.finish(begun))
                .map_err(|why| why.to_string())
        });
        let names = fs::read_dir(folder.path()).expect("a folder").count();
        match told.into_iter().collect::<Result<Vec<()>, _>>() {
            Ok(_) => Ok(fs::read_to_string(&path).expect("a file")),
            Err(why) => {
                assert_eq!(names, 0, "nothing is left");
                Err(why)
            }
        }
    }

    #[test]
    fn parts_of_any_length_are_one_file() {
        let long = "0123456789".repeat(4);
        for pieces in [
            &[&["head ", &long, &long][..], &[], &[&long], &["a", "b"]][..],
            &[&["h"], &["e"]], // shorter than the mark
            &[&[], &[], &[]],
        ] {
            let all: String = pieces.iter().map(|pieces| pieces.concat()).collect();
            assert_eq!(written(pieces), Ok(all));
        }
    }

    #[test]
    fn one_bad_part_leaves_no_file() {
        let told = written(&[&["head"], &["fine", "bad"], &["fine"]]);
        assert!(told.as_ref().is_err_and(|told| told.contains("it is bad")), "{told:?}");
    }

    /// A path that means another file, or a file without the mark, is not written.
    #[test]
    fn only_the_same_file_is_opened() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("f.txt");
        let begun = Output::create(&path).and_then(|output| output.begin()).expect("begun");
        let begun = begun.expect("a file");
        let (invitation, _file) = Invitation::of(&begun, 7).expect("invited");
        let again = Invitation::from_bytes(&invitation.to_bytes()).expect("read");
        assert!(again.open(true).expect("looked at").is_some());
        let open = |other: Invitation| other.open(true).ok().flatten().is_some();
        let copy = || Invitation::from_bytes(&invitation.to_bytes()).expect("read");
        assert!(!open(Invitation { mark: 8, ..copy() }));
        assert!(!open(Invitation { inode: 1, ..copy() }));
        assert!(!open(Invitation { path: b"/dev/null".to_vec(), ..copy() }));
        assert!(invitation.is_named || again.open(false).expect("no look").is_none());
    }
}
