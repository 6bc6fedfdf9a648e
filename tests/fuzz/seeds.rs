//! Writes the good beginnings of every target into `corpus/<target>`, where the fuzzer looks first.

use std::fs;
use std::path::Path;

fn main() -> std::io::Result<()> {
    for target in lalian_tests::fuzz::TARGETS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target.name);
        fs::create_dir_all(&folder)?;
        for (number, seed) in (target.seeds)().iter().enumerate() {
            fs::write(folder.join(format!("seed-{number:02}")), seed)?;
        }
    }
    Ok(())
}
