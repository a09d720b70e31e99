//! Allows one job at a time in a folder, by a lock that dies with the processes that hold it.
//!
//! It is a lock of an open file (`F_OFD_SETLK`): NFS passes it on to its server, the kernel drops
//! it when the process ends, for whatever reason, and ranks that are threads of one process hold it
//! as processes do. The first rank to claim a folder must lock all bytes from the first on, and
//! then keeps only that one; every other process of the job that sees the folder locks a byte of
//! its own. So a job is refused as long as any process of another job lives, even one that its
//! launcher is about to end. The file says who holds the folder, before all bytes that are locked,
//! so that this can be read where locks forbid reading.
//!
//! Ranks on other hosts may see the same folder or one of their own: each checks whether the lock
//! file there is the one of this run.

use super::folder::Folder;
use super::mount::kept_to_host;
use crate::comm::{Comm, Host};
use crate::error::{ContentFault, Error, Result, shown};
use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::libc;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::sync::Arc;
use std::thread::{panicking, sleep};
use std::time::{Duration, Instant};

/// The name of the lock file.
const FILE: &str = "mst.lock";
/// The first byte that is locked.
const FIRST: i64 = 1 << 40;
/// The most bytes of its text that are read.
const MOST: u64 = 1 << 12;
/// How long another job may take to end: its launcher may be gone a moment before it.
const PATIENCE: Duration = Duration::from_secs(2);
/// The same, if its first process has already ended.
const PATIENCE_FOR_THE_REST: Duration = Duration::from_secs(if cfg!(test) { 3 } else { 10 });
/// The time between two attempts.
const PAUSE: Duration = Duration::from_millis(20);

/// A rank's part of the lock.
pub(super) struct Lock {
    folder: Arc<Folder>,
    /// The locked file, which holds the lock as long as it is open; `None` for a rank whose process
    /// has already locked it.
    file: Option<File>,
    /// Whether this rank has to remove the file.
    claims: bool,
}

/// Who holds a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Holder {
    /// A random number that identifies this run of a job.
    run: u64,
    host: String,
    pid: u32,
    /// When it claimed the folder, UTC.
    since: String,
}

/// The system's answer to a request for a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Attempt {
    Given,
    /// Somebody else has it.
    Denied,
    /// The file system has no locks.
    Unknown(Errno),
}

impl Lock {
    /// Locks the folder for all ranks, whether they share it or have one each. Calls `warn` if
    /// nothing keeps other jobs out.
    ///
    /// # Errors
    /// [`Error::Content`] if another job has it. All ranks return the same.
    pub(super) fn take(comm: &Comm, folder: &Arc<Folder>, warn: &dyn Fn(&str)) -> Result<Self> {
        // The standard library seeds these hashers at random.
        let run = comm.broadcast(0, vec![RandomState::new().build_hasher().finish()])[0];
        let (mut lock, mut weakness) = (None, None);
        // Each round locks one folder, in the order of the first ranks that see them.
        loop {
            let without = comm.all_gather(&[u8::from(lock.is_none())]).concat();
            let Some(first) = without.iter().position(|&without| without == 1) else { break };
            let mut found = Ok(None);
            if comm.rank() == first {
                found = claim(folder, run).map(Some);
            }
            let claimed = comm.agree(found)?;
            let found = match claimed {
                None if lock.is_none() => join(comm, folder, run),
                claimed => Ok(claimed),
            };
            if let Some((taken, weak)) = comm.agree(found)? {
                (lock, weakness) = (Some(taken), weak);
            }
        }
        let told = comm.all_gather(weakness.unwrap_or_default().as_bytes());
        if let Some(weakness) = told.iter().find(|told| !told.is_empty()) {
            warn(&format!(
                "warning: nothing prevents another job from using {}, because {}: start no other \
                 job there before this one ends",
                shown(folder.path()),
                String::from_utf8_lossy(weakness)
            ));
        }
        Ok(lock.expect("every rank has a lock"))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // After a panic, other ranks may still run for a moment.
        if self.claims && !panicking() {
            // If it cannot be removed, it stays: by itself it locks nothing.
            drop(self.folder.unlink(FILE));
        }
        drop(self.file.take());
    }
}

/// A lock, and why it may not keep other jobs out, if so.
type LockClaim = (Lock, Option<String>);

/// Locks a folder that no rank of this job has locked.
fn claim(folder: &Arc<Folder>, run: u64) -> Result<LockClaim> {
    let begin = Instant::now();
    let (file, answer) = loop {
        let file = open(folder, OFlag::O_RDWR | OFlag::O_CREAT)?;
        let answer = lock(folder, &file, libc::F_WRLCK, FIRST, 0)?;
        match answer {
            Attempt::Denied => {
                let first_lives = is_locked(&file, FIRST);
                let patience = if first_lives { PATIENCE } else { PATIENCE_FOR_THE_REST };
                if begin.elapsed() >= patience {
                    return Err(taken(folder, read(&file), first_lives));
                }
                sleep(PAUSE);
            }
            // A job that ended meanwhile has removed this file: try again.
            _ if begin.elapsed() < PATIENCE && !is_there(folder, &file)? => {}
            _ => break (file, answer),
        }
    };
    let claim = Holder {
        run,
        host: Host::here().name,
        pid: std::process::id(),
        since: jiff::Timestamp::now().strftime("%Y-%m-%d %H:%M:%S").to_string(),
    };
    let text = serde_json::to_vec(&claim).expect("plain fields serialise");
    // Written through to the disk, so that ranks on other hosts see it.
    let written = file.set_len(0).and_then(|()| file.write_all_at(&text, 0));
    let written = written.and_then(|()| file.sync_all());
    written.map_err(Error::file("write", &folder.path_of(FILE)))?;
    lock(folder, &file, libc::F_UNLCK, FIRST + 1, 0)?;
    let weakness =
        match answer {
            Attempt::Unknown(why) => Some(format!("its file system has no locks ({})", why.desc())),
            _ => file.metadata().ok().and_then(|about| kept_to_host(about.dev())).map(|system| {
                format!("its file system ({system}) may hide locks from other hosts")
            }),
        };
    Ok((Lock { folder: folder.clone(), file: Some(file), claims: true }, weakness))
}

/// This rank's part of a lock that another rank has claimed, if it sees the same folder.
fn join(comm: &Comm, folder: &Arc<Folder>, run: u64) -> Result<Option<LockClaim>> {
    let file = match open(folder, OFlag::O_RDWR) {
        Err(Error::File { why, .. }) if why.kind() == std::io::ErrorKind::NotFound => {
            return Ok(None);
        }
        file => file?,
    };
    if read(&file).is_none_or(|claim| claim.run != run) {
        return Ok(None);
    }
    let part = |file| Lock { folder: folder.clone(), file, claims: false };
    if comm.topology().one_process {
        return Ok(Some((part(None), None)));
    }
    let reaches = is_locked(&file, FIRST);
    let answer = lock(folder, &file, libc::F_WRLCK, FIRST + 1 + comm.rank() as i64, 1)?;
    if answer == Attempt::Denied {
        return Err(taken(folder, read(&file), false));
    }
    let weakness = (!reaches).then(|| {
        let host = &comm.topology().ranks[comm.rank()].name;
        format!("{host} does not see the locks of other hosts")
    });
    Ok(Some((part(Some(file)), weakness)))
}

/// Opens the lock file, which must have only one name, so that nobody else's file is written to.
fn open(folder: &Folder, flags: OFlag) -> Result<File> {
    let file = folder.open(FILE, flags)?;
    let path = folder.path_of(FILE);
    if file.metadata().map_err(Error::file("read", &path))?.nlink() > 1 {
        return Err(Error::content(
            &path,
            ContentFault::Occupied,
            "the file has a second name (a hard link); remove it",
        ));
    }
    Ok(file)
}

/// Whether the lock file in the folder is still `file`.
fn is_there(folder: &Folder, file: &File) -> Result<bool> {
    let there = match folder.open(FILE, OFlag::O_RDONLY) {
        Err(Error::File { why, .. }) if why.kind() == std::io::ErrorKind::NotFound => {
            return Ok(false);
        }
        there => there?,
    };
    let same = || {
        let (a, b) = (there.metadata()?, file.metadata()?);
        Ok((a.dev(), a.ino()) == (b.dev(), b.ino()) && b.nlink() > 0)
    };
    same().map_err(Error::file("read", &folder.path_of(FILE)))
}

/// The holder that the file names.
fn read(file: &File) -> Option<Holder> {
    let len = file.metadata().ok()?.len().min(MOST);
    let mut text = vec![0; len as usize];
    file.read_exact_at(&mut text, 0).ok()?;
    serde_json::from_slice(&text).ok()
}

/// A lock of `len` bytes from `start` on, or of all bytes from there on if `len` is 0.
fn flock(kind: libc::c_int, start: i64, len: i64) -> libc::flock {
    libc::flock {
        l_type: kind as libc::c_short,
        l_whence: libc::SEEK_SET as libc::c_short,
        l_start: start,
        l_len: len,
        l_pid: 0,
    }
}

/// Locks or unlocks some bytes.
fn lock(folder: &Folder, file: &File, kind: libc::c_int, start: i64, len: i64) -> Result<Attempt> {
    let asked = fcntl(file, FcntlArg::F_OFD_SETLK(&flock(kind, start, len)));
    answer(asked.err()).map_err(|why| Error::file("lock", &folder.path_of(FILE))(why.into()))
}

/// What the system's answer means.
fn answer(why: Option<Errno>) -> Result<Attempt, Errno> {
    match why {
        None => Ok(Attempt::Given),
        Some(Errno::EAGAIN | Errno::EACCES) => Ok(Attempt::Denied),
        Some(
            why @ (Errno::ENOLCK
            | Errno::EOPNOTSUPP
            | Errno::ENOSYS
            | Errno::EINVAL
            | Errno::EPROTONOSUPPORT),
        ) => Ok(Attempt::Unknown(why)),
        Some(why) => Err(why),
    }
}

/// Whether somebody else has locked `byte`.
fn is_locked(file: &File, byte: i64) -> bool {
    let mut asked = flock(libc::F_WRLCK, byte, 1);
    let told = fcntl(file, FcntlArg::F_OFD_GETLK(&mut asked));
    told.is_ok() && asked.l_type != libc::F_UNLCK as libc::c_short
}

/// The error for a folder that another job holds.
fn taken(folder: &Folder, claim: Option<Holder>, first_lives: bool) -> Error {
    let who = claim.map_or("an unknown process".to_owned(), |claim| {
        let Holder { host, pid, since, .. } = claim;
        format!("process {pid} on {}, since {} UTC", host.escape_debug(), since.escape_debug())
    });
    let what = if first_lives {
        format!(
            "another job uses this folder ({who}); wait until it ends, end it, or name another \
             folder (if its host is lost, the server releases the lock after some minutes)"
        )
    } else {
        format!(
            "ranks of a job still run, though the first of them ({who}) has ended; end them, or \
             name another folder (if their host is lost, the server releases the locks after some \
             minutes)"
        )
    };
    Error::content(folder.path(), ContentFault::Occupied, what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comm;
    use std::fs;
    use std::path::Path;
    use std::sync::Mutex;

    fn take(comm: &Comm, path: &Path) -> Result<Lock> {
        let folder = comm.agree(Folder::make(path))?;
        Lock::take(comm, &Arc::new(folder), &|_| {})
    }

    /// A lock is visible to all other open files, even to those of this process.
    #[test]
    fn a_second_job_is_refused_as_long_as_the_first_has_the_lock() {
        let place = tempfile::tempdir().expect("a folder");
        let folder = Arc::new(Folder::make(place.path()).expect("opened"));
        for p in [1, 3] {
            comm::run(p, Some(1), |comm| {
                let lock = take(comm, place.path()).expect("free");
                if comm.rank() == 0 {
                    let told = claim(&folder, 7).err().expect("taken").to_string();
                    let own =
                        format!("another job uses this folder (process {} on ", std::process::id());
                    assert!(told.contains(&own), "{told}");
                }
                comm.barrier();
                drop(lock);
            });
            assert_eq!(fs::read_dir(place.path()).expect("read").count(), 0, "it is gone");
        }
    }

    /// Hosts may share a folder or have one each: each folder is locked by one rank that sees it, and
    /// stays so until that rank leaves.
    #[test]
    fn each_of_several_folders_is_locked() {
        let places =
            [tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("another")];
        let has_lock = |place: usize| places[place].path().join(FILE).exists();
        comm::run(4, Some(1), |comm| {
            let place = usize::from(comm.rank() >= 2);
            let folder = comm.agree(Folder::make(places[place].path())).expect("opened");
            let warnings = Mutex::new(Vec::new());
            let warn = |warning: &str| warnings.lock().expect("no panic").push(warning.to_owned());
            let lock = Lock::take(comm, &Arc::new(folder), &warn).expect("free");
            assert_eq!(warnings.into_inner().expect("no panic"), [""; 0]);
            assert_eq!(lock.claims, comm.rank() % 2 == 0, "rank {}", comm.rank());
            comm.barrier();
            assert!(has_lock(0) && has_lock(1));
            comm.barrier();
            // Those that did not claim a folder leave it locked.
            if comm.rank() % 2 == 0 {
                comm.barrier();
                assert!(has_lock(place));
                drop(lock);
            } else {
                drop(lock);
                comm.barrier();
            }
        });
        assert!(!has_lock(0) && !has_lock(1));
    }

    /// A process of a job may outlive the first one, which claimed the folder.
    #[test]
    fn one_rank_that_is_left_keeps_the_lock() {
        let place = tempfile::tempdir().expect("a folder");
        let folder = Arc::new(Folder::make(place.path()).expect("opened"));
        let (first, _) = claim(&folder, 7).expect("free");
        let left = open(&folder, OFlag::O_RDWR).expect("opened");
        let answer = lock(&folder, &left, libc::F_WRLCK, FIRST + 2, 1).expect("asked");
        assert_eq!(answer, Attempt::Given);
        // As if the first process had been killed.
        lock(&folder, first.file.as_ref().expect("a file"), libc::F_UNLCK, FIRST, 1)
            .expect("asked");
        let begin = Instant::now();
        let told = claim(&folder, 8).err().expect("taken").to_string();
        assert!(
            told.contains("ranks of a job still run, though the first of them (process "),
            "{told}"
        );
        assert!(begin.elapsed() >= PATIENCE_FOR_THE_REST);
        drop(left);
        claim(&folder, 8).expect("free");
    }

    /// A lock on a file that was removed does not count.
    #[test]
    fn the_file_that_is_locked_is_the_one_that_is_there() {
        let place = tempfile::tempdir().expect("a folder");
        let folder = Arc::new(Folder::make(place.path()).expect("opened"));
        let early = open(&folder, OFlag::O_RDWR | OFlag::O_CREAT).expect("opened");
        let (first, _) = claim(&folder, 7).expect("free");
        assert!(is_there(&folder, &early).expect("looked"));
        drop(first);
        assert_eq!(lock(&folder, &early, libc::F_WRLCK, FIRST, 0).expect("asked"), Attempt::Given);
        assert!(!is_there(&folder, &early).expect("looked"));
        let (_second, _) = claim(&folder, 8).expect("free");
        assert!(!is_there(&folder, &early).expect("looked"));
    }

    #[test]
    fn nothing_else_is_taken_for_the_lock() {
        let place = tempfile::tempdir().expect("a folder");
        let folder = Arc::new(Folder::make(place.path()).expect("opened"));
        let message = || claim(&folder, 7).err().expect("refused").to_string();
        let path = folder.path_of(FILE);
        let other = place.path().join("other");
        fs::write(&other, "theirs").expect("written");
        std::os::unix::fs::symlink(&other, &path).expect("linked");
        assert!(message().contains("it is a link"), "{}", message());
        fs::remove_file(&path).expect("removed");
        fs::hard_link(&other, &path).expect("linked");
        assert!(message().contains("hard link"), "{}", message());
        fs::remove_file(&path).expect("removed");
        nix::unistd::mkfifo(&path, nix::sys::stat::Mode::S_IRWXU).expect("made");
        assert!(message().contains("pipe"), "{}", message());
        fs::remove_file(&path).expect("removed");
        assert_eq!(fs::read_to_string(&other).expect("read"), "theirs");
        // What a killed job has left behind, or any other text.
        for left in ["{\"run\":7,\"host\":\"vm\",\"pid\":1,\"since\":\"\"}", "junk", ""] {
            fs::write(&path, left).expect("written");
            drop(claim(&folder, 7).expect("free"));
        }
    }

    #[test]
    fn answers_are_told_apart() {
        assert_eq!(answer(None), Ok(Attempt::Given));
        assert_eq!(answer(Some(Errno::EAGAIN)), Ok(Attempt::Denied));
        for why in [Errno::ENOLCK, Errno::EOPNOTSUPP, Errno::ENOSYS] {
            assert_eq!(answer(Some(why)), Ok(Attempt::Unknown(why)));
        }
        assert_eq!(answer(Some(Errno::EIO)), Err(Errno::EIO));
    }
}
