//! Memory: large buffers on huge pages where the system has them, and prefetching.
//!
//! The first touch of a page costs as much as the work on it, so fewer and larger pages pay.

use bytemuck::Zeroable;
use bytemuck::allocation::try_zeroed_slice_box;
use std::alloc::{Layout, handle_alloc_error};
use std::ptr::NonNull;

/// Buffers of fewer bytes than this stay on small pages.
const LARGE: usize = 1 << 22;

/// `len` zeroed items, whose memory the system provides when they are touched.
pub(crate) fn zeroed<T: Zeroable>(len: usize) -> Box<[T]> {
    let layout = || Layout::array::<T>(len).expect("the size fits the address space");
    let zeros = try_zeroed_slice_box(len).unwrap_or_else(|()| handle_alloc_error(layout()));
    advise(zeros.as_ptr(), len);
    zeros
}

/// An empty list with room for `len` items.
pub(super) fn with_capacity<T>(len: usize) -> Vec<T> {
    let items = Vec::with_capacity(len);
    advise(items.as_ptr(), len);
    items
}

/// The consecutive parts of `items` that have these lengths, for threads to write to.
pub(super) fn parts<T>(items: &mut [T], lens: impl Iterator<Item = usize>) -> Vec<&mut [T]> {
    let mut rest = items;
    lens.map(|len| rest.split_off_mut(..len).expect("as many items as the parts have")).collect()
}

/// Asks for huge pages in the memory of `len` items from `start` on, which is one allocation.
fn advise<T>(start: *const T, len: usize) {
    let page = 1 << 21;
    let (start, end) = (start as usize, start as usize + len * size_of::<T>());
    let (first, last) = (start.next_multiple_of(page), end / page * page);
    if end - start < LARGE || first >= last {
        return;
    }
    let Some(address) = NonNull::new(first as *mut _) else { return };
    #[cfg(target_os = "linux")]
    // SAFETY: the range consists of whole pages inside one live allocation; the advice changes what
    // they cost and nothing of what they hold. If it is refused, the pages stay small.
    let _ = unsafe {
        use nix::sys::mman::{MmapAdvise, madvise};
        madvise(address, last - first, MmapAdvise::MADV_HUGEPAGE)
    };
}

/// Asks the processor to bring the item at `index` into its caches; does nothing beyond the end,
/// and nothing on processors for which Rust has no stable way to ask.
#[inline(always)]
pub(crate) fn prefetch<T>(items: &[T], index: usize) {
    if index < items.len() {
        let item = std::ptr::from_ref(&items[index]);
        #[cfg(target_arch = "x86_64")]
        // SAFETY: a hint, which changes nothing that a program can see; SSE is part of x86-64.
        unsafe {
            use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
            _mm_prefetch::<_MM_HINT_T0>(item.cast());
        }
        #[cfg(all(target_arch = "aarch64", not(miri)))]
        // SAFETY: as above; PRFM never faults.
        unsafe {
            std::arch::asm!("prfm pldl1keep, [{}]", in(reg) item, options(nostack, preserves_flags, readonly));
        }
    }
}
