//! ZIP archives: judged as a whole before anything in them is used, and unpacked under one allowance, whatever their headers claim.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::{Allowance, ENTRIES_MAX, Piece, RATIO_FROM, RATIO_MAX, Refusal, refused, workbook};
use crate::domain::import::{material::Words, text};

type Zip<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// What the entries of a workbook are called, without unpacking any.
pub(super) fn is_workbook(bytes: &[u8]) -> Result<bool, Refusal> {
    let (_, names) = opened(bytes)?;
    Ok(names.iter().any(|name| name == "[Content_Types].xml")
        && names
            .iter()
            .any(|name| name.starts_with("xl/") || name.starts_with("word/") || name.starts_with("ppt/")))
}

/// The archive with the names of its entries.
pub(super) fn opened(bytes: &[u8]) -> Result<(Zip<'_>, Vec<String>), Refusal> {
    let broken =
        || Words::new("文件不完整，请重新导出或复制", "the file is not whole; export or copy it again");
    let too_many =
        || Words::new(format!("条目超过 {ENTRIES_MAX} 个"), format!("more than {ENTRIES_MAX} entries"));
    if announced(bytes).ok_or_else(broken)? > ENTRIES_MAX {
        return Err(too_many());
    }
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_broken| broken())?;
    if zip.len() > ENTRIES_MAX {
        return Err(too_many());
    }
    let mut names = Vec::with_capacity(zip.len());
    for index in 0..zip.len() {
        let entry = zip.by_index_raw(index).map_err(|_broken| broken())?;
        if entry.encrypted() {
            return refused(
                "文件有密码，请去掉密码后再导入",
                "the file has a password; take it off and import again",
            );
        }
        if entry.is_symlink() {
            return refused("里面有链接，请只放文件", "it holds links; put only files into it");
        }
        // Chinese systems write names in GBK without saying so.
        let name = text::decode(entry.name_raw()).map(|(name, _)| name);
        names.push(name.unwrap_or_default().replace('\\', "/"));
    }
    Ok((zip, names))
}

/// What the end of the archive says, before a directory of a million entries is read.
fn announced(bytes: &[u8]) -> Option<usize> {
    const END: usize = 22;
    let tail = &bytes[bytes.len().saturating_sub(END + 65_535)..];
    let at = tail.windows(4).rposition(|window| window == b"PK\x05\x06")?;
    let end = tail.get(at..at + END)?;
    Some(usize::from(u16::from_le_bytes([end[10], end[11]])))
}

/// Unpacks one entry under the allowance; what its header claims is not believed.
pub(super) fn unpack(zip: &mut Zip<'_>, index: usize, allowance: &mut Allowance) -> Result<Vec<u8>, Refusal> {
    let too_large =
        || Words::new("展开后超过 200 MB，请分成几个文件", "more than 200 MB when unpacked; split it");
    let broken =
        || Words::new("文件不完整，请重新导出或复制", "the file is not whole; export or copy it again");
    let entry = zip.by_index(index).map_err(|_broken| broken())?;
    if entry.size() > allowance.left {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    entry.take(allowance.left + 1).read_to_end(&mut bytes).map_err(|_broken| broken())?;
    allowance.left = allowance.left.checked_sub(bytes.len() as u64).ok_or_else(too_large)?;
    Ok(bytes)
}

/// Refuses a bomb by what was really unpacked of an archive of this length.
pub(super) fn judge_ratio(unpacked: u64, packed: usize) -> Result<(), Refusal> {
    if unpacked > RATIO_FROM && unpacked / RATIO_MAX > packed as u64 {
        return refused(
            "展开后的大小超过压缩包的 100 倍，不予读取",
            "it grows to more than a hundred times its size when unpacked; it is not read",
        );
    }
    Ok(())
}

/// The declared sizes first: an honest bomb need not be unpacked to be known.
pub(super) fn judge_declared(zip: &mut Zip<'_>, packed: usize) -> Result<(), Refusal> {
    let mut declared = 0_u64;
    for index in 0..zip.len() {
        declared = declared.saturating_add(zip.by_index_raw(index).map_or(0, |entry| entry.size()));
    }
    if declared > super::UNPACKED_MAX {
        return refused("展开后超过 200 MB，请分成几个文件", "more than 200 MB when unpacked; split it");
    }
    judge_ratio(declared, packed)
}

/// Everything in an archive that an import can use.
pub(super) fn entries(bytes: &[u8], allowance: &mut Allowance) -> Result<Vec<Piece>, Refusal> {
    let (mut zip, names) = opened(bytes)?;
    judge_declared(&mut zip, bytes.len())?;
    let before = allowance.left;
    let mut pieces = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let short = name.rsplit('/').next().unwrap_or_default();
        let ending = short.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
        let beside = name.split('/').any(|part| part.starts_with('.') || part == "__MACOSX");
        if name.split('/').any(|part| part == "..") || name.starts_with('/') {
            return refused("里面有指向别处的路径", "it holds paths that lead elsewhere");
        }
        if name.ends_with('/') || short.is_empty() || beside || short.starts_with("~$") {
            continue;
        }
        match ending.as_str() {
            "xlsx" => {
                let inner = unpack(&mut zip, index, allowance)?;
                pieces.extend(workbook::sheets(short, &inner, allowance)?);
            }
            "csv" | "json" | "geojson" | "jpg" | "jpeg" | "png" | "webp" => {
                let bytes = unpack(&mut zip, index, allowance)?;
                pieces.push(Piece::File { name: name.clone(), bytes });
            }
            "xlsm" | "xltm" | "xlsb" => {
                return refused(
                    format!("“{short}”可能含有宏，请另存为 .xlsx"),
                    format!("\"{short}\" may hold macros; save it as .xlsx"),
                );
            }
            "xls" => {
                return refused(
                    format!("“{short}”是旧版 .xls 文件，请另存为 .xlsx"),
                    format!("\"{short}\" is an old .xls file; save it as .xlsx"),
                );
            }
            "zip" | "rar" | "7z" | "gz" | "tar" => {
                return refused(
                    format!("压缩包里还有压缩包“{short}”，请展开后再打包"),
                    format!("\"{short}\" is an archive inside the archive; unpack it first"),
                );
            }
            _ => pieces.push(Piece::Note(Words::new(
                format!("“{short}”没有读取"),
                format!("\"{short}\" was not read"),
            ))),
        }
        judge_ratio(before - allowance.left, bytes.len())?;
    }
    Ok(pieces)
}
