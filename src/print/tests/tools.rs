//! What other programs read back from the files.

use super::*;

#[test]
#[ignore = "writes the pages to look at into target/print"]
fn write_pages_to_look_at() {
    let folder = std::path::Path::new("target/print");
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
