//! What other programs read back from the files: poppler for text, fonts and pictures, zbar for the symbols.
//!
//! Without the programs these tests say so and pass, except under `CI=true`, where they fail.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::*;

/// Runs `program`; `None` (after saying so) when it is not installed and this is not the build server.
fn run(program: &str, arguments: &[&str]) -> Option<Vec<u8>> {
    match Command::new(program).args(arguments).output() {
        Ok(output) => {
            assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
            Some(output.stdout)
        }
        Err(error) if std::env::var("CI").as_deref() == Ok("true") => panic!("{program}: {error}"),
        Err(error) => {
            eprintln!("SKIPPED: {program} cannot be run ({error}); install poppler-utils and zbar-tools");
            None
        }
    }
}

struct File {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

impl File {
    fn of(pdf: &Pdf) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("form.pdf");
        std::fs::write(&path, &pdf.bytes).unwrap();
        Self { _folder: folder, path }
    }

    fn name(&self) -> &str {
        self.path.to_str().unwrap()
    }

    fn text(&self) -> Option<String> {
        Some(String::from_utf8(run("pdftotext", &["-layout", self.name(), "-"])?).unwrap())
    }

    /// The first page in shades of grey (0 black), with its width.
    fn picture(&self, dots_per_inch: u32) -> Option<(usize, Vec<u8>)> {
        let resolution = dots_per_inch.to_string();
        let bytes = run("pdftoppm", &["-gray", "-r", &resolution, "-singlefile", self.name()])?;
        let mut parts = bytes.splitn(4, |byte| byte.is_ascii_whitespace());
        let mut next = || parts.next().unwrap();
        assert_eq!(next(), b"P5");
        let width: usize = std::str::from_utf8(next()).unwrap().parse().unwrap();
        next();
        let pixels = next();
        Some((width, pixels[pixels.iter().position(|byte| *byte == b'\n').unwrap() + 1..].to_vec()))
    }

    /// What zbar reads from the first page, one symbol a line.
    fn symbols(&self, dots_per_inch: &str) -> Option<String> {
        let root = self.path.with_file_name("page");
        run("pdftoppm", &["-png", "-r", dots_per_inch, "-singlefile", self.name(), root.to_str().unwrap()])?;
        let picture = root.with_extension("png");
        Some(String::from_utf8(run("zbarimg", &["-q", picture.to_str().unwrap()])?).unwrap())
    }
}

fn printed(view: &CdsView, form: Form, paper: Paper) -> File {
    let fonts = Fonts::embedded().unwrap();
    File::of(&print(view, &Options { form: Some(form), paper, ..Options::default() }, &fonts))
}

#[test]
fn both_symbols_are_read_on_every_form_and_paper() {
    for (name, view) in fixtures::all() {
        let id = view.mail_object.as_ref().unwrap().id.clone().unwrap();
        let data = view.declaration.as_ref().unwrap().data.as_ref().unwrap();
        for (form, paper) in [
            (Form::Cn22, Paper::Form),
            (Form::Cn22, Paper::Label),
            (Form::Cn23, Paper::Form),
            (Form::Cn23, Paper::Label),
            (Form::Cn23, Paper::A4),
        ] {
            let Some(read) = printed(&view, form, paper).symbols("203") else { return };
            assert!(read.contains(&format!("CODE-128:{id}\n")), "{name} {form:?} {paper:?}: {read}");
            let digest = digest(data).to_uppercase();
            assert!(read.contains(&format!("QR-Code:{id}:{digest}\n")), "{name} {form:?} {paper:?}: {read}");
        }
    }
}

#[test]
fn ids_of_any_form_are_read() {
    for id in ["1234567890", "A1", "ab-12345_X", "RR000000016ID", "20261120000017X4"] {
        let mut view = fixtures::letter();
        view.mail_object.as_mut().unwrap().id = Some(id.into());
        let Some(read) = printed(&view, Form::Cn23, Paper::Form).symbols("300") else { return };
        assert!(read.contains(&format!("CODE-128:{id}\n")), "{id}: {read}");
    }
}

#[test]
fn the_text_can_be_copied_out() {
    let Some(text) = printed(&fixtures::webshop(), Form::Cn23, Paper::Form).text() else { return };
    for wanted in [
        "CUSTOMS DECLARATION / DÉCLARATION EN DOUANE",
        "Cotton T-shirt for men, knitted",
        "38.50 AUD",
        "48.50 AUD",
        "0.620 kg",
        "Jörg Müßig",
        "Große Straße 7",
        "Germany / Allemagne",
        "AU-EXP-0000017",
        "DE000000000",
        "PHY-88-1204",
        "INV-2026-0017",
        "Return to sender / Renvoyer à l'expéditeur",
        "Wooden parts heat-treated",
        "AUSYDA, 2026-11-20",
        "EE123456785AU",
    ] {
        assert!(text.contains(wanted), "{wanted} is not in\n{text}");
    }
}

#[test]
fn every_script_can_be_copied_out() {
    let file = printed(&fixtures::arabic(), Form::Cn23, Paper::Form);
    let Some(text) = file.text() else { return };
    for word in ["Γιώργος Παπαδόπουλος", "Шерстяной платок", "Oud Royal", "شركة", "للتجارة", "زجاجة", "125", "50"]
    {
        assert!(text.contains(word), "{word} is not in\n{text}");
    }
}

#[test]
fn fonts_are_embedded_subset_and_mapped_to_unicode() {
    let Some(fonts) = run("pdffonts", &[printed(&fixtures::arabic(), Form::Cn23, Paper::Form).name()]) else { return };
    let fonts = String::from_utf8(fonts).unwrap();
    let rows: Vec<&str> = fonts.lines().skip(2).collect();
    for name in ["+NotoSans-Regular ", "+NotoSans-Bold ", "+NotoSansArabic-Regular "] {
        let row = rows.iter().find(|row| row.contains(name)).unwrap_or_else(|| panic!("{name} is not in\n{fonts}"));
        assert!(row.contains("yes yes yes"), "embedded, subset, mapped to Unicode: {row}");
    }
    assert_eq!(rows.len(), 3, "{fonts}");
}

#[test]
fn the_file_says_what_it_is() {
    let file = printed(&fixtures::webshop(), Form::Cn23, Paper::Form);
    let Some(about) = run("pdfinfo", &[file.name()]) else { return };
    let about = String::from_utf8(about).unwrap();
    assert!(about.contains("CN 23 EE123456785AU"), "{about}");
    let metadata = String::from_utf8(run("pdfinfo", &["-meta", file.name()]).unwrap()).unwrap();
    assert!(metadata.contains("<pdfaid:part>2") && metadata.contains("<pdfaid:conformance>B"), "{metadata}");
    assert!(metadata.contains("2026-11-20"), "the date given, not the clock: {metadata}");
}

/// Arabic marks stand on their side of the letter: the ink of a text with marks above lies higher.
#[test]
fn marks_stand_on_the_right_side_of_the_letter() {
    let height_of_ink = |description: &str| {
        let mut view = fixtures::bare();
        let piece = crate::contract::ContentPiece { description: Some(description.into()), ..Default::default() };
        fixtures::data(&mut view).content_pieces = vec![piece];
        let (width, pixels) = printed(&view, Form::Cn23, Paper::Form).picture(300)?;
        let dot = |mm: f32| (mm / 25.4 * 300.0) as usize;
        let inked =
            pixels.chunks(width).enumerate().skip(dot(72.7)).take(dot(3.6)).flat_map(|(row, line)| {
                line[dot(6.0)..dot(88.0)].iter().filter(|pixel| **pixel < 128).map(move |_| row)
            });
        let (sum, count) = inked.fold((0, 0), |(sum, count), row| (sum + row, count + 1));
        Some(sum as f32 / count as f32)
    };
    let (Some(above), Some(below)) = (height_of_ink(&"دَ".repeat(20)), height_of_ink(&"دِ".repeat(20))) else {
        return;
    };
    assert!(above + 2.0 < below, "above {above}, below {below}");
}

/// Side of a cell of the ink maps, in millimetres.
const CELL: f32 = 2.0;

/// How dark each cell of the page is, as digits from 0 (white) to 9.
fn ink_map(file: &File) -> Option<String> {
    let (width, pixels) = file.picture(76)?;
    let side = CELL / 25.4 * 76.0;
    let mut cells: std::collections::BTreeMap<(usize, usize), (u32, u32)> = Default::default();
    for (at, pixel) in pixels.iter().enumerate() {
        let cell = (((at / width) as f32 / side) as usize, ((at % width) as f32 / side) as usize);
        let (ink, count) = cells.entry(cell).or_default();
        *ink += 255 - u32::from(*pixel);
        *count += 1;
    }
    let mut map = String::new();
    let mut line = 0;
    for ((row, _), (ink, count)) in cells {
        if row != line {
            map.push('\n');
            line = row;
        }
        map.push(char::from_digit((ink / count * 9).div_ceil(255), 10).unwrap());
    }
    Some(map + "\n")
}

/// Pages look as they did when a person last looked at them. `UPDATE_INK=1` writes the maps anew: look first.
#[test]
fn pages_look_as_before() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/print/tests/ink");
    for (name, view) in fixtures::all() {
        for (form, paper) in [(Form::Cn22, Paper::Form), (Form::Cn23, Paper::Form), (Form::Cn23, Paper::Label)] {
            let Some(map) = ink_map(&printed(&view, form, paper)) else { return };
            let path = folder.join(format!("{name}-{form:?}-{paper:?}.txt").to_lowercase());
            if std::env::var("UPDATE_INK").is_ok() {
                std::fs::write(&path, &map).unwrap();
            }
            let before = std::fs::read_to_string(&path).unwrap();
            assert_eq!(before.len(), map.len(), "{}", path.display());
            let apart = before.bytes().zip(map.bytes()).filter(|(a, b)| a.abs_diff(*b) > 1).count();
            assert!(apart * 200 <= map.len(), "{apart} cells of {} look different:\n{map}", path.display());
        }
    }
}

#[test]
#[ignore = "writes the pages to look at into target/print"]
fn write_pages_to_look_at() {
    let folder = Path::new("target/print");
    std::fs::create_dir_all(folder).unwrap();
    let fonts = Fonts::embedded().unwrap();
    for (name, view) in fixtures::all() {
        for form in [Form::Cn22, Form::Cn23] {
            for paper in [Paper::Form, Paper::Label] {
                let options = Options { form: Some(form), paper, ..Options::default() };
                let pdf = print(&view, &options, &fonts);
                std::fs::write(folder.join(format!("{name}-{form:?}-{paper:?}.pdf")), pdf.bytes).unwrap();
            }
        }
    }
}
