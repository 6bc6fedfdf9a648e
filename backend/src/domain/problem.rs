//! The one table of everything that can be wrong with a request: code, status, and plain words in both languages.
//!
//! `http` turns a [`Problem`] into RFC 9457; nobody else writes error text.

use serde::Serialize;

/// Declares [`Code`] and its table: name, wire code, HTTP status, title zh, title en, what to do next zh, en.
macro_rules! problems {
    ($($name:ident $code:literal $status:literal $zh:literal $en:literal $next_zh:literal $next_en:literal;)*) => {
        /// What went wrong. The wire code never changes once released.
        #[expect(clippy::enum_variant_names, reason = "`CodeUsed` is about a one-time code")]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code { $($name),* }

        impl Code {
            /// Every code, for documents and tests.
            pub const ALL: &'static [Code] = &[$(Code::$name),*];

            /// The stable word on the wire.
            pub fn as_str(self) -> &'static str { match self { $(Code::$name => $code),* } }
            /// The HTTP status.
            pub fn status(self) -> u16 { match self { $(Code::$name => $status),* } }
            /// What happened: Chinese, English.
            pub fn title(self) -> (&'static str, &'static str) { match self { $(Code::$name => ($zh, $en)),* } }
            /// What to do next: Chinese, English.
            pub fn next(self) -> (&'static str, &'static str) { match self { $(Code::$name => ($next_zh, $next_en)),* } }
        }
    };
}

problems! {
    Malformed "malformed" 400 "内容读不懂" "The request cannot be read" "请检查指出的位置后再试。" "Check the place named and try again.";
    InvalidField "invalid_field" 422 "有内容不符合要求" "Something is not as required" "请按提示改正后再提交。" "Correct what is named and submit again.";
    SignedOut "signed_out" 401 "登录已失效" "You are signed out" "请重新登录；本机内容都在。" "Sign in again; everything on this device is kept.";
    Forbidden "forbidden" 403 "您的岗位不能做这件事" "Your post may not do this" "需要时请联系上级单位。" "Ask the unit above if it is needed.";
    NotFound "not_found" 404 "没有找到" "Not found" "请返回上一页，或核对编号。" "Go back, or check the number.";
    MethodNotAllowed "method_not_allowed" 405 "此处不支持这种操作" "This is not possible here" "请刷新页面后再试。" "Reload the page and try again.";
    Timeout "timeout" 408 "等待内容超时" "Waiting for the request took too long" "网络较慢，请再试一次。" "The network is slow; try again.";
    Conflict "conflict" 409 "内容已被他人更新" "Somebody changed this meanwhile" "请刷新后核对再改。" "Reload, compare, and change again.";
    IdReused "id_reused" 409 "同一编号已有另一份内容" "This id already has other content" "先前收到的内容不变；请生成新的编号。" "What was received stays; use a new id.";
    Gone "gone" 410 "内容已不在" "No longer here" "请重新同步。" "Synchronise again.";
    TooLarge "too_large" 413 "内容太大" "Too large" "请减小后再试。" "Make it smaller and try again.";
    UnsupportedType "unsupported_type" 415 "不支持这种类型" "This type is not accepted" "请换用支持的类型。" "Use one of the accepted types.";
    NotYet "not_yet" 425 "前一项还没有收到" "An earlier item has not arrived yet" "会自动稍后再送。" "It will be sent again shortly.";
    TooMany "too_many" 429 "请求太频繁" "Too many requests" "请稍等片刻再试。" "Wait a moment and try again.";
    Refused "refused" 422 "没有采用，已留存" "Not taken in, but kept" "请联系县办公室处理。" "Ask the county office to decide.";
    Unexpected "unexpected" 500 "服务出了差错" "Something went wrong on the server" "内容没有改变，请稍后再试，并告知事件编号。" "Nothing was changed; try again later and tell the incident number.";
    // signing in
    BadCredentials "bad_credentials" 401 "手机号或密码不对" "The phone number or the password is not right" "请核对后再试；忘记密码请找上一级：村找乡镇，乡镇和部门找县办公室，县办公室找平台管理员。" "Check both and try again; for a forgotten password ask the unit above: a village its township, a township or department the county office, the county office the platform's administrator.";
    LoginDelayed "login_delayed" 429 "尝试次数较多" "Many attempts" "请稍等再试；急用请上一级单位重置密码。" "Wait a little; if it is urgent the unit above can reset the password.";
    PasswordMustChange "password_must_change" 403 "请先设置自己的密码" "Choose your own password first" "这次用的是一次性口令；设置后即可继续。" "This was a one-time code; continue after choosing a password.";
    CodeUsed "code_used" 410 "一次性口令已失效" "The one-time code is no longer valid" "请向发给您的单位要一个新的。" "Ask the unit that gave it to you for a new one.";
    WrongOrigin "wrong_origin" 403 "请求来自其他网站" "The request comes from another site" "请在本系统的页面上操作。" "Use the pages of this system.";
    ForeignDevice "foreign_device" 403 "这台设备没有登记在您名下" "This device is not registered to you" "请在这台设备上重新登录；未上传的内容会保留。" "Sign in on this device again; unsent work is kept.";
    // steps on something that moved on
    WrongState "wrong_state" 409 "当前状态不能这样处理" "This step does not fit the present state" "请查看最新状态后再决定。" "Look at the present state and decide again.";
    StillInUse "still_in_use" 409 "还有内容在使用它" "Something still uses it" "请先处理相关内容。" "Deal with that first.";
    // files
    AddressEnded "address_ended" 401 "图片地址已失效" "This address of a picture is no longer good" "请刷新页面，会自动换成新的地址。" "Reload the page; it gets a new address by itself.";
    UploadNotNamed "upload_not_named" 403 "没有记录提到这个文件" "No record names this file" "请先发送包含它的记录，再上传文件。" "Send the record that names it first, then the file.";
    UploadOffset "upload_offset" 409 "续传位置不对" "The upload continues elsewhere" "会从服务器已收到的位置继续。" "Continue where the server stands.";
    ChecksumMismatch "checksum_mismatch" 460 "文件在途中变了" "The bytes changed on the way" "会自动重传。" "They will be sent again.";
    FileErased "file_erased" 410 "文件已按规定删除" "The file was erased on purpose" "删除原因可在审计记录中查到。" "The audit says by whom and why.";
    NoPreview "no_preview" 404 "这个文件没有预览图" "There is no preview of this file" "可以下载原件查看。" "Open the original instead.";
    FileNotHere "file_not_here" 409 "照片还在路上" "The photo is still on its way" "手机联网后会继续上传。" "It arrives when the phone is online.";
    BadRange "bad_range" 416 "要的那一段不存在" "That part does not exist" "请从头读取。" "Read it from the start.";
    TusVersion "tus_version" 412 "上传协议版本不符" "Unsupported version of the upload protocol" "请使用 tus 1.0.0。" "Use tus 1.0.0.";
    StorageLow "storage_low" 503 "服务器存储空间不足，文件暂缓接收" "The server is low on space; files wait" "答案照常接收；照片保留在本机，稍后自动上传。" "Answers still arrive; photos stay on the phone and follow later.";
    // the village's links
    LinkEnded "link_ended" 404 "这个链接现在不能用" "This link is not good now" "可能已过期、已撤回，或不再需要照片；请向发链接的人要一个新的。" "It may have ended, been taken back, or need no photos any more; ask whoever sent it for a new one.";
    LinkFull "link_full" 409 "这个链接的照片已经够了" "This link has all the photos that it takes" "还要再拍，请向发链接的人要一个新的。" "To send more, ask whoever sent it for a new one.";
    // imports
    ImportRefused "import_refused" 422 "导入的文件需要修改，什么都没有写入" "The file needs corrections; nothing was written" "请按所列各行修改后重新导入。" "Correct the rows named and import again.";
    // the server itself
    NotReady "not_ready" 503 "系统正在准备" "The system is getting ready" "请稍后再试；本机内容都在。" "Try again shortly; everything on this device is kept.";
    Unavailable "unavailable" 503 "服务暂时忙" "The service is busy" "请稍后再试；本机内容都在。" "Try again later; everything on this device is kept.";
}

/// One field that is not as required.
#[derive(Debug, Clone, Serialize, PartialEq, Eq)]
pub struct FieldError {
    /// JSON pointer, query or path name.
    pub field: String,
    /// Chinese: what is wrong and what is expected.
    pub zh: String,
    /// English.
    pub en: String,
}

/// A request that cannot be done, in words for the person who sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub code: Code,
    pub errors: Vec<FieldError>,
    /// Chinese and English words for this very case, where the table's are too general.
    pub detail: Option<(String, String)>,
    /// Seconds after which trying again makes sense.
    pub retry_after: Option<u32>,
    /// Bytes of the file of which a part was asked for that does not exist.
    pub length: Option<u64>,
}

impl Problem {
    pub fn new(code: Code) -> Self {
        Self { code, errors: Vec::new(), detail: None, retry_after: None, length: None }
    }

    /// A problem with one field.
    pub fn field(field: impl Into<String>, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(Code::InvalidField).with_field(field, zh, en)
    }

    #[must_use]
    pub fn with_field(
        mut self,
        field: impl Into<String>,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        self.errors.push(FieldError { field: field.into(), zh: zh.into(), en: en.into() });
        self
    }

    #[must_use]
    pub fn with_detail(mut self, zh: impl Into<String>, en: impl Into<String>) -> Self {
        self.detail = Some((zh.into(), en.into()));
        self
    }

    #[must_use]
    pub fn with_retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    #[must_use]
    pub fn with_length(mut self, bytes: u64) -> Self {
        self.length = Some(bytes);
        self
    }
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

/// A JSON pointer (RFC 6901) from path segments.
pub fn pointer<S: AsRef<str>>(segments: impl IntoIterator<Item = S>) -> String {
    segments.into_iter().fold(String::new(), |mut path, segment| {
        path.push('/');
        path.push_str(&segment.as_ref().replace('~', "~0").replace('/', "~1"));
        path
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn codes_are_unique_and_statuses_are_errors() {
        let words: HashSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(words.len(), Code::ALL.len());
        for code in Code::ALL {
            assert!((400..600).contains(&code.status()), "{code:?}");
            assert!(code.as_str().chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{code:?}");
        }
    }

    #[test]
    fn every_row_speaks_both_languages() {
        for (code, (zh, en)) in Code::ALL.iter().flat_map(|code| [(code, code.title()), (code, code.next())])
        {
            assert!(!zh.is_ascii() && en.is_ascii() && !en.is_empty(), "{code:?}: {zh} / {en}");
        }
    }

    #[test]
    fn pointers_escape_their_segments() {
        assert_eq!(pointer(["answers", "0", "a/b~c"]), "/answers/0/a~1b~0c");
        assert_eq!(pointer(Vec::<String>::new()), "");
    }
}
