//! Large blocks on large pages. Ends the job with an error message and code 1 if the system has no
//! more memory, as for other missing resources.

use mst::comm::end_at_once;
use nix::sys::mman::{MmapAdvise, madvise};
use std::alloc::{GlobalAlloc, Layout, System};
use std::io::Write;
use std::ptr::NonNull;

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
        on_large_pages(checked(unsafe { System.alloc(layout) }, layout.size()), layout.size())
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        checked(unsafe { System.alloc_zeroed(layout) }, layout.size())
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as above; the block came from the system's allocator.
        on_large_pages(checked(unsafe { System.realloc(block, layout, size) }, size), size)
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

/// The bytes of a large page.
const PAGE: usize = 2 << 20;

/// Asks for large pages for the whole pages of a block that is about to be written, where the system
/// leaves that to programs: to provide and find small ones takes up to a fifth of a run. Not for zeroed
/// blocks, of which large parts may never be touched.
fn on_large_pages(block: *mut u8, size: usize) -> *mut u8 {
    let before = block.align_offset(PAGE);
    let len = size.saturating_sub(before) / PAGE * PAGE;
    if let Some(start) = NonNull::new(block.wrapping_add(before).cast()).filter(|_| len > 0) {
        // SAFETY: the pages lie within the block, and the advice changes nothing of what they hold. If
        // it is refused, they stay small.
        let _ = unsafe { madvise(start, len, MmapAdvise::MADV_HUGEPAGE) };
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
