//! The fonts a form may use: Noto Sans and Noto Sans Arabic from the binary, then whatever the configured font
//! folder brings. Knows which character has a glyph; knows nothing of forms or page geometry.
//!
//! System fonts are never looked at, so that the same input gives the same pages on every host.

use std::path::Path;
use std::sync::{Arc, Mutex};

use parley::fontique::{Blob, Charmap, Collection, CollectionOptions, FamilyId, FontInfo, SourceCache};
use parley::{FontContext, GenericFamily};

use super::faces::{Faces, lock};
use super::text::Bench;
use crate::error::{Error, Result};
use crate::limits;

const SANS: &[u8] = include_bytes!("../../refdata/fonts/NotoSans-Regular.ttf");
const SANS_BOLD: &[u8] = include_bytes!("../../refdata/fonts/NotoSans-Bold.ttf");
const ARABIC: &[u8] = include_bytes!("../../refdata/fonts/NotoSansArabic-Regular.ttf");

/// One font file of the configured folder, read into memory.
#[derive(Clone, Debug)]
pub struct FontFile {
    /// File name, for messages and for the order of preference.
    pub name: String,
    pub bytes: Vec<u8>,
}

/// A loaded font set, shared by all threads; make one at start and keep it. Cheap to borrow, costly to build.
pub struct Fonts {
    context: FontContext,
    charmaps: Vec<(FontInfo, Blob<u8>)>,
    faces: Faces,
    /// Warm workbenches, at most one per thread that ever rendered at the same time.
    benches: Mutex<Vec<Bench>>,
}

impl Fonts {
    /// Latin, Greek, Cyrillic and Arabic only.
    ///
    /// # Errors
    /// None in practice; the embedded files are read like any other.
    pub fn embedded() -> Result<Self> {
        Self::with_files(Vec::new())
    }

    /// The embedded fonts first, then `files` in the order of their names. A file whose family is embedded is left out.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming every file that is not a readable font, or when all of them are larger than
    /// [`limits::FONT_FOLDER_BYTES`].
    pub fn with_files(mut files: Vec<FontFile>) -> Result<Self> {
        files.sort_by(|a, b| a.name.cmp(&b.name));
        let bytes: usize = files.iter().map(|file| file.bytes.len()).sum();
        if bytes > limits::FONT_FOLDER_BYTES {
            return Err(Error::invalid("limit", "fonts", format!("the font files have {bytes} bytes, too many")));
        }
        let mut set = Loader::with_embedded(&[SANS, SANS_BOLD, ARABIC]);
        let mut faults = crate::error::Findings::default();
        for file in files {
            if !set.add(file.bytes) {
                faults.add("format", file.name, "this is not a TrueType or OpenType font; take it out of the folder");
            }
        }
        faults.into_result()?;
        Ok(set.finish())
    }

    /// Reads every `.ttf`, `.otf` and `.ttc` file of `folder` (not of folders in it). The only place of this room
    /// that touches the disk; rendering never does.
    ///
    /// # Errors
    /// As [`Self::with_files`], and when the folder or a file in it cannot be read.
    pub fn from_folder(folder: &Path) -> Result<Self> {
        let unreadable = |error: std::io::Error| {
            Error::invalid("absent", "fonts", format!("{} cannot be read: {error}", folder.display()))
        };
        let mut files = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            let extension = path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase());
            if matches!(extension.as_deref(), Some("ttf" | "otf" | "ttc")) {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                files.push(FontFile { name, bytes: std::fs::read(&path).map_err(unreadable)? });
            }
        }
        Self::with_files(files)
    }

    /// Whether some font of the set has a glyph for `character` (control and format characters need none).
    pub fn covers(&self, character: char) -> bool {
        character.is_ascii_graphic()
            || character.is_whitespace()
            || self.charmaps.iter().any(|(info, data)| {
                charmap(info, data).is_some_and(|map| map.map(character).is_some_and(|glyph| glyph != 0))
            })
    }

    pub(super) fn context(&self) -> FontContext {
        self.context.clone()
    }

    /// The faces to draw with.
    pub(super) fn faces(&self) -> &Faces {
        &self.faces
    }

    /// Takes a warm workbench, or sets up a new one.
    pub(super) fn bench(&self) -> Bench {
        lock(&self.benches).pop().unwrap_or_else(|| Bench::new(self.context()))
    }

    pub(super) fn put_back(&self, bench: Bench) {
        lock(&self.benches).push(bench);
    }
}

fn charmap<'a>(info: &FontInfo, data: &'a Blob<u8>) -> Option<Charmap<'a>> {
    info.charmap_index().charmap(data.as_ref())
}

fn unshared() -> Collection {
    Collection::new(CollectionOptions { shared: false, system_fonts: false })
}

/// A font set being put together.
struct Loader {
    collection: Collection,
    charmaps: Vec<(FontInfo, Blob<u8>)>,
    /// In order of preference; the first `embedded` are our own.
    families: Vec<FamilyId>,
    embedded: usize,
}

impl Loader {
    fn with_embedded(files: &[&'static [u8]]) -> Self {
        let mut set = Self { collection: unshared(), charmaps: Vec::new(), families: Vec::new(), embedded: 0 };
        files.iter().for_each(|file| set.register(Blob::new(Arc::new(*file))));
        set.embedded = set.families.len();
        set
    }

    /// Adds a file of the folder; `false` when it holds no font.
    fn add(&mut self, bytes: Vec<u8>) -> bool {
        let blob = Blob::new(Arc::new(bytes));
        let mut scratch = unshared();
        scratch.register_fonts(blob.clone(), None);
        let names: Vec<String> = scratch.family_names().map(str::to_owned).collect();
        let own = self.families.iter().take(self.embedded);
        let own: Vec<String> = own.filter_map(|id| self.collection.family_name(*id).map(str::to_owned)).collect();
        if names.iter().all(|name| own.contains(name)) {
            return !names.is_empty();
        }
        self.register(blob);
        true
    }

    fn register(&mut self, blob: Blob<u8>) {
        let mut families = self.collection.register_fonts(blob.clone(), None);
        // A collection file names its families in no fixed order.
        families.sort_by_cached_key(|(family, _)| self.collection.family_name(*family).map(str::to_owned));
        for (family, faces) in families {
            if !self.families.contains(&family) {
                self.families.push(family);
            }
            self.charmaps.extend(faces.into_iter().map(|face| (face, blob.clone())));
        }
    }

    fn finish(mut self) -> Fonts {
        self.collection.set_generic_families(GenericFamily::SansSerif, self.families.into_iter());
        Fonts {
            context: FontContext { collection: self.collection, source_cache: SourceCache::default() },
            charmaps: self.charmaps,
            faces: Faces::default(),
            benches: Mutex::default(),
        }
    }
}

impl std::fmt::Debug for Fonts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fonts").field("faces", &self.charmaps.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_the_folder_adds_its_script() {
        let mut set = Loader::with_embedded(&[SANS]);
        assert!(set.add(ARABIC.to_vec()) && set.add(SANS_BOLD.to_vec()));
        assert_eq!(set.families.len(), 2, "an embedded family is not taken from the folder");
        let fonts = set.finish();
        assert!(fonts.covers('ش') && !fonts.covers('茶'));
        assert!(!Loader::with_embedded(&[SANS]).finish().covers('ش'));
    }

    #[test]
    fn files_that_are_no_fonts_are_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("readme.txt"), "left out").unwrap();
        std::fs::write(folder.path().join("a.ttf"), ARABIC).unwrap();
        assert!(Fonts::from_folder(folder.path()).is_ok());
        for name in ["bad.ttf", "empty.OTF"] {
            std::fs::write(folder.path().join(name), &ARABIC[..if name == "bad.ttf" { 3 } else { 0 }]).unwrap();
        }
        let Err(Error::Invalid(found)) = Fonts::from_folder(folder.path()) else { panic!("two files are no fonts") };
        assert_eq!(found.iter().map(|finding| finding.path.as_str()).collect::<Vec<_>>(), ["bad.ttf", "empty.OTF"]);
        assert!(Fonts::from_folder(&folder.path().join("nowhere")).is_err());
    }
}
