//! Faces to draw with, by the name the shaper has for them. Each is made once for all threads.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use krilla::text::{Font, Tag};
use parley::fontique::Blob;

/// A face as the shaper names it: the font file, the face in it, and the point in its design space.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct FaceKey {
    blob: u64,
    index: u32,
    variations: Vec<([u8; 4], u32)>,
}

impl FaceKey {
    pub(super) fn of(run: &parley::Run<'_, ()>) -> Self {
        let variations = run.synthesis();
        let variations = variations.variation_settings().iter();
        Self {
            blob: run.font().data.id(),
            index: run.font().index,
            variations: variations.map(|(tag, value)| (tag.into_bytes(), value.to_bits())).collect(),
        }
    }
}

/// The faces made so far.
#[derive(Default)]
pub(super) struct Faces(Mutex<HashMap<FaceKey, Font>>);

impl Faces {
    /// The face to draw with; `None` when the font file is damaged.
    pub fn drawable(&self, key: &FaceKey, data: &Blob<u8>) -> Option<Font> {
        let mut fonts = lock(&self.0);
        if let Some(font) = fonts.get(key) {
            return Some(font.clone());
        }
        let coordinates: Vec<_> =
            key.variations.iter().map(|(tag, bits)| (Tag::new(tag), f32::from_bits(*bits))).collect();
        let (bytes, _) = data.clone().into_raw_parts();
        let font = Font::new_variable(bytes.into(), key.index, &coordinates)?;
        fonts.insert(key.clone(), font.clone());
        Some(font)
    }
}

/// What the mutex guards, also after a panic elsewhere: nothing here is ever half written.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
