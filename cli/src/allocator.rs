//! Memory that the system refuses ends the job as any other thing that cannot be had: with a sentence and code 1.

use mst::comm::end_at_once;
use std::alloc::{GlobalAlloc, Layout, System};
use std::io::Write;

/// The system's allocator; where that has nothing left the process says so and ends.
///
/// There is nothing to unwind to: all of this program's buffers are for one job.
#[derive(Debug)]
pub(crate) struct Allocator;

// SAFETY: all calls go to the system's allocator as they come, and what it returns goes back, but for null, after
// which there is no return.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are those that the system's allocator asks for.
        given(unsafe { System.alloc(layout) }, layout.size())
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        given(unsafe { System.alloc_zeroed(layout) }, layout.size())
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as above; the block is one of the system's.
        given(unsafe { System.realloc(block, layout, size) }, size)
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(block, layout) }
    }
}

fn given(block: *mut u8, size: usize) -> *mut u8 {
    if block.is_null() {
        refuse(size);
    }
    block
}

/// Says that `size` bytes could not be had, without taking any.
#[cold]
fn refuse(size: usize) -> ! {
    let mut line = [0; 256];
    let room = line.len();
    let mut rest = &mut line[..];
    let _ = writeln!(
        rest,
        "mst: error: memory ran out: {size} bytes more were asked for; use fewer ranks a host, more hosts, a smaller \
         graph, or mst solve with --memory"
    );
    let len = room - rest.len();
    let _ = nix::unistd::write(std::io::stderr(), &line[..len]);
    end_at_once(1)
}
