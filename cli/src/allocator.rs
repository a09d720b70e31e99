//! Ends the job with an error message and code 1 if the system has no more memory, as for other
//! missing resources.

use mst::comm::end_at_once;
use std::alloc::{GlobalAlloc, Layout, System};
use std::io::Write;

/// The system's allocator. If it fails, the process prints an error and ends.
///
/// It does not unwind: all buffers of this program belong to one job, so nothing could go on.
#[derive(Debug)]
pub(crate) struct Allocator;

// SAFETY: every call is passed unchanged to the system's allocator, and its result is returned
// unchanged, except null: then the call never returns.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are those that the system's allocator requires.
        checked(unsafe { System.alloc(layout) }, layout.size())
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        checked(unsafe { System.alloc_zeroed(layout) }, layout.size())
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as above; the block came from the system's allocator.
        checked(unsafe { System.realloc(block, layout, size) }, size)
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(block, layout) }
    }
}

fn checked(block: *mut u8, size: usize) -> *mut u8 {
    if block.is_null() {
        abort_out_of_memory(size);
    }
    block
}

/// Prints that `size` bytes could not be allocated, without allocating any itself, and ends the
/// process.
#[cold]
fn abort_out_of_memory(size: usize) -> ! {
    let mut line = [0; 256];
    let room = line.len();
    let mut rest = &mut line[..];
    let _ = writeln!(
        rest,
        "mst: error: out of memory: cannot allocate {size} more bytes; use fewer ranks per host, \
         more hosts, a smaller graph, or mst solve with --memory"
    );
    let len = room - rest.len();
    let _ = nix::unistd::write(std::io::stderr(), &line[..len]);
    end_at_once(1)
}
