//! Numbers of a numpy array or of a column of Arrow, read where they are.

use arrow_array::ArrayRef;
use arrow_array::cast::AsArray;
use arrow_array::types::{
    Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use mst::graph::Numbers;
use numpy::{Element, PyArray1, PyArrayMethods, PyUntypedArrayMethods};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use std::any::Any;
use std::ops::Range;

/// The items of an array of one dimension, which it keeps alive.
pub(crate) struct Items<T> {
    first: *const T,
    /// Bytes from one item to the next; negative in an array that is reversed.
    stride: isize,
    len: usize,
    _owner: Box<dyn Any + Send + Sync>,
}

// SAFETY: the items are only read, and only through `get`; their owner moves none while it is here,
// and may be dropped on any thread.
unsafe impl<T> Send for Items<T> {}
// SAFETY: as above.
unsafe impl<T> Sync for Items<T> {}

impl<T: Element + Copy + 'static> Items<T> {
    /// Of an array of numpy, which moves no items while there is a second reference to it.
    fn of(array: &Bound<'_, PyArray1<T>>) -> Self {
        let (first, len, stride) = (array.data().cast_const(), array.len(), array.strides()[0]);
        Self { first, stride, len, _owner: Box::new(array.clone().unbind()) }
    }

    /// All of a slice, which stays where it is while `owner` does.
    fn of_slice(items: &[T], owner: impl Any + Send + Sync) -> Self {
        let stride = size_of::<T>() as isize;
        Self { first: items.as_ptr(), stride, len: items.len(), _owner: Box::new(owner) }
    }

    /// The item at a position.
    ///
    /// # Panics
    /// If there is none.
    #[inline]
    fn get(&self, position: usize) -> T {
        assert!(position < self.len);
        // SAFETY: numpy says that there are `len` items, `stride` bytes apart, of this type, and
        // `Column::of` has made sure that they are aligned; so are those of a slice.
        unsafe { self.first.byte_offset(position as isize * self.stride).read() }
    }

    /// Appends what `item` makes of the items at some positions.
    fn read<I>(&self, positions: Range<usize>, list: &mut Vec<I>, item: impl Fn(T) -> I) {
        list.extend(positions.map(|position| item(self.get(position))));
    }
}

macro_rules! numbers {
    (
        integers: $(($integers:ident, $integer:ty, $arrow_integer:ty)),*;
        floats: $(($floats:ident, $float:ty, $arrow_float:ty)),*
    ) => {
        /// A column of numbers of any type.
        pub(crate) enum Column {
            $($integers(Items<$integer>),)*
            $($floats(Items<$float>),)*
        }

        impl Column {
            /// The numbers of an array.
            ///
            /// # Errors
            /// TypeError if it has not one dimension, or if its items are not numbers of this
            /// machine or not aligned.
            pub(crate) fn of(array: &Bound<'_, PyAny>) -> PyResult<Self> {
                if array.getattr("flags")?.getattr("aligned")?.is_truthy()? {
                    $(if let Ok(array) = array.cast::<PyArray1<$integer>>() {
                        return Ok(Self::$integers(Items::of(array)));
                    })*
                    $(if let Ok(array) = array.cast::<PyArray1<$float>>() {
                        return Ok(Self::$floats(Items::of(array)));
                    })*
                }
                Err(PyTypeError::new_err("expected an aligned array of numbers, of one dimension"))
            }

            /// The numbers of a column of Arrow without nulls; `None` if it has items of another type.
            pub(crate) fn of_arrow(array: &ArrayRef) -> Option<Self> {
                $(if let Some(items) = array.as_primitive_opt::<$arrow_integer>() {
                    return Some(Self::$integers(Items::of_slice(items.values(), array.clone())));
                })*
                $(if let Some(items) = array.as_primitive_opt::<$arrow_float>() {
                    return Some(Self::$floats(Items::of_slice(items.values(), array.clone())));
                })*
                None
            }

            /// How many numbers there are.
            pub(crate) fn len(&self) -> usize {
                match self {
                    $(Self::$integers(items) => items.len,)*
                    $(Self::$floats(items) => items.len,)*
                }
            }

            /// What kind of weights they are.
            pub(crate) fn numbers(&self) -> Numbers {
                match self {
                    $(Self::$integers(_) => Numbers::Integers,)*
                    $(Self::$floats(_) => Numbers::Floats,)*
                }
            }

            /// Appends the numbers at some positions as ids. One that is negative or not an integer
            /// becomes an id above all that are possible.
            pub(crate) fn read_ids(&self, positions: Range<usize>, ids: &mut Vec<u64>) {
                match self {
                    $(Self::$integers(items) => items.read(positions, ids, |id| id as u64),)*
                    $(Self::$floats(items) => items.read(positions, ids, |_| u64::MAX),)*
                }
            }

            /// Appends the numbers at some positions as weights, to the list of their kind.
            pub(crate) fn read_weights(
                &self,
                positions: Range<usize>,
                integers: &mut Vec<i64>,
                floats: &mut Vec<f64>,
            ) {
                match self {
                    $(Self::$integers(items) => items.read(positions, integers, |w| w as i64),)*
                    $(Self::$floats(items) => items.read(positions, floats, f64::from),)*
                }
            }

            /// The number at a position, as people write it.
            pub(crate) fn shown(&self, position: usize) -> String {
                match self {
                    $(Self::$integers(items) => items.get(position).to_string(),)*
                    $(Self::$floats(items) => items.get(position).to_string(),)*
                }
            }
        }
    };
}
numbers!(
    integers:
        (I8, i8, Int8Type), (I16, i16, Int16Type), (I32, i32, Int32Type), (I64, i64, Int64Type),
        (U8, u8, UInt8Type), (U16, u16, UInt16Type), (U32, u32, UInt32Type), (U64, u64, UInt64Type);
    floats: (F32, f32, Float32Type), (F64, f64, Float64Type)
);

impl Column {
    /// A list of ids.
    pub(crate) fn of_list(ids: Vec<u64>) -> Self {
        // They stay where they are when the list moves into its box.
        let (first, len) = (ids.as_ptr(), ids.len());
        Self::U64(Items { first, stride: size_of::<u64>() as isize, len, _owner: Box::new(ids) })
    }

    /// The position of the first integer that is no weight, since it is above 2^63 - 1.
    pub(crate) fn first_beyond(&self) -> Option<usize> {
        let Self::U64(items) = self else { return None };
        (0..items.len).find(|&position| items.get(position) > i64::MAX as u64)
    }
}
