//! Calls a translation and writes its results as canonical JSON. It is a crate with a name that no translation can know;
//! what it needs to know of a run is a value that only `main` holds.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};
use std::fmt::Write as _;
use std::io::Write as _;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::rc::Rc;
use std::sync::Arc;

/// Bytes are characters.
pub const CHARS: u32 = 1;
/// Sequences of characters and bytes are strings.
pub const TEXT: u32 = 2;
/// `None` is how a function says that it fails.
pub const NONE_RAISES: u32 = 4;
/// `None` may stand for a value such as -1.
pub const NONE_IS_OPEN: u32 = 8;

pub struct Run {
    secret: String,
}

pub fn start() -> Run {
    let mut line = String::new();
    let _ = std::io::stdin().read_line(&mut line);
    Run { secret: line.trim_end().to_string() }
}

impl Run {
    fn emit(&self, text: &str) {
        let mut output = std::io::stdout();
        let _ = output.write_all(format!("\n{} {}\n", self.secret, text).as_bytes());
        let _ = output.flush();
    }

    pub fn case(&self, place: usize, call: impl FnOnce(&mut String)) {
        let mut form = String::new();
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| call(&mut form))) {
            std::mem::forget(payload); // to drop it might run the translation's code outside of the guard
            form = String::from("{\"raised\": \"panic\"}");
        }
        self.emit(&format!("{place} {form}"));
    }

    pub fn end(self) {
        self.emit("end");
        std::process::exit(0)
    }
}

/// What a test function may return.
pub trait Passed: Sized {
    fn passed(self) {}
}

impl Passed for () {}

impl<T, E: std::fmt::Debug> Passed for Result<T, E> {
    fn passed(self) {
        self.unwrap();
    }
}

pub fn must_panic<T>(test: impl FnOnce() -> T) {
    if catch_unwind(AssertUnwindSafe(|| std::mem::forget(test()))).is_ok() {
        panic!("a test did not panic as it should");
    }
}

/// Write what an iterator gives.
pub fn write_items<I: Iterator>(items: I, out: &mut String, mode: u32)
where
    I::Item: Form,
{
    items.collect::<Vec<_>>().form(out, mode)
}

/// A value that can be written.
pub trait Form {
    fn form(&self, out: &mut String, mode: u32);

    /// The text that several of them are, if they are characters or bytes.
    fn text(_items: &[&Self]) -> Option<String> {
        None
    }
}

macro_rules! numbers {
    ($($kind:ty)*) => {$(
        impl Form for $kind {
            fn form(&self, out: &mut String, _mode: u32) {
                let _ = write!(out, "{}", self);
            }
        }
    )*};
}
numbers!(i8 i16 i32 i64 i128 isize u16 u32 u64 u128 usize bool);

macro_rules! floats {
    ($($kind:ty)*) => {$(
        impl Form for $kind {
            fn form(&self, out: &mut String, _mode: u32) {
                if self.is_nan() {
                    out.push_str("{\"float\": \"nan\"}");
                } else if self.is_infinite() {
                    out.push_str(if *self > 0.0 { "{\"float\": \"inf\"}" } else { "{\"float\": \"-inf\"}" });
                } else {
                    let _ = write!(out, "{:e}", self);
                }
            }
        }
    )*};
}
floats!(f32 f64);

impl Form for u8 {
    fn form(&self, out: &mut String, mode: u32) {
        if mode & CHARS != 0 {
            (*self as char).form(out, mode)
        } else {
            let _ = write!(out, "{}", self);
        }
    }

    fn text(items: &[&u8]) -> Option<String> {
        let bytes: Vec<u8> = items.iter().map(|one| **one).collect();
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }
}

impl Form for char {
    fn form(&self, out: &mut String, mode: u32) {
        self.encode_utf8(&mut [0; 4]).form(out, mode)
    }

    fn text(items: &[&char]) -> Option<String> {
        Some(items.iter().map(|one| **one).collect())
    }
}

impl Form for str {
    fn form(&self, out: &mut String, _mode: u32) {
        out.push('"');
        for one in self.chars() {
            match one {
                '"' | '\\' => out.extend(['\\', one]),
                one if one.is_control() || one == '\u{2028}' || one == '\u{2029}' => {
                    let _ = write!(out, "\\u{:04x}", one as u32);
                }
                one => out.push(one),
            }
        }
        out.push('"');
    }
}

impl Form for String {
    fn form(&self, out: &mut String, mode: u32) {
        self.as_str().form(out, mode)
    }
}

impl Form for () {
    fn form(&self, out: &mut String, _mode: u32) {
        out.push_str("null")
    }
}

impl<T: Form> Form for Option<T> {
    fn form(&self, out: &mut String, mode: u32) {
        match self {
            Some(value) => value.form(out, mode),
            None if mode & NONE_RAISES != 0 && out.is_empty() => out.push_str("{\"raised\": \"None\"}"),
            None if mode & NONE_IS_OPEN != 0 && out.is_empty() => out.push_str("{\"other\": \"None for -1\"}"),
            None => out.push_str("null"),
        }
    }
}

impl<T: Form, E> Form for Result<T, E> {
    fn form(&self, out: &mut String, mode: u32) {
        match self {
            Ok(value) => value.form(out, mode),
            Err(_) if out.is_empty() => {
                out.push_str("{\"raised\": ");
                std::any::type_name::<E>().form(out, mode);
                out.push('}');
            }
            Err(_) => out.push_str("{\"other\": \"Err\"}"),
        }
    }
}

fn list<'a, T: Form + ?Sized + 'a>(items: impl Iterator<Item = &'a T>, out: &mut String, mode: u32) {
    let items: Vec<&T> = items.collect();
    if mode & TEXT != 0 {
        if let Some(text) = T::text(&items) {
            return text.form(out, mode);
        }
    }
    out.push('[');
    for (place, item) in items.iter().enumerate() {
        if place > 0 {
            out.push_str(", ");
        }
        item.form(out, mode);
    }
    out.push(']');
}

fn set<'a, T: Form + 'a>(items: impl Iterator<Item = &'a T>, out: &mut String, mode: u32) {
    out.push_str("{\"set\": ");
    list(items, out, mode & !TEXT);
    out.push('}');
}

fn map<'a, K: Form + 'a, V: Form + 'a>(items: impl Iterator<Item = (&'a K, &'a V)>, out: &mut String, mode: u32) {
    out.push_str("{\"map\": [");
    for (place, (key, value)) in items.enumerate() {
        out.push_str(if place > 0 { ", [" } else { "[" });
        key.form(out, mode);
        out.push_str(", ");
        value.form(out, mode);
        out.push(']');
    }
    out.push_str("]}");
}

macro_rules! collections {
    ($($written:ident: [$($generic:tt)*] $kind:ty;)*) => {$(
        impl<$($generic)*> Form for $kind {
            fn form(&self, out: &mut String, mode: u32) {
                $written(self.iter(), out, mode)
            }
        }
    )*};
}
collections! {
    list: [T: Form] [T];
    list: [T: Form, const N: usize] [T; N];
    list: [T: Form] Vec<T>;
    list: [T: Form] VecDeque<T>;
    list: [T: Form] LinkedList<T>;
    list: [T: Form] BinaryHeap<T>;
    set: [T: Form] BTreeSet<T>;
    set: [T: Form, S] HashSet<T, S>;
    map: [K: Form, V: Form] BTreeMap<K, V>;
    map: [K: Form, V: Form, S] HashMap<K, V, S>;
}

macro_rules! pointers {
    ($($kind:ty)*) => {$(
        impl<T: Form + ?Sized> Form for $kind {
            fn form(&self, out: &mut String, mode: u32) {
                (**self).form(out, mode)
            }

            fn text(items: &[&Self]) -> Option<String> {
                T::text(&items.iter().map(|one| &***one).collect::<Vec<&T>>())
            }
        }
    )*};
}
pointers!(&T &mut T Box<T> Rc<T> Arc<T>);

impl<T: Form> Form for RefCell<T> {
    fn form(&self, out: &mut String, mode: u32) {
        self.borrow().form(out, mode)
    }
}

impl<T: Form + ToOwned + ?Sized> Form for Cow<'_, T> {
    fn form(&self, out: &mut String, mode: u32) {
        (**self).form(out, mode)
    }
}

macro_rules! tuples {
    ($(($($name:ident)*))*) => {$(
        impl<$($name: Form),*> Form for ($($name,)*) {
            fn form(&self, out: &mut String, mode: u32) {
                #[allow(non_snake_case)]
                let ($($name,)*) = self;
                out.push_str("{\"tuple\": [");
                let mut is_first = true;
                $(
                    if !std::mem::take(&mut is_first) {
                        out.push_str(", ");
                    }
                    $name.form(out, mode);
                )*
                out.push_str("]}");
            }
        }
    )*};
}
tuples!((A) (A B) (A B C) (A B C D) (A B C D E) (A B C D E F) (A B C D E F G) (A B C D E F G H));
