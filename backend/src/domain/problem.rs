//! The one table of everything that can be wrong with a request: code, status, and plain words in both languages.
//!
//! A code is stable for ever (phones translate and branch on it); words may get better. Each row says what happened and
//! what to do next, and never accuses. Placeholders such as `{limit}` are filled from the problem's parameters.
//! Shapes on the wire: decisions.md section 6, RFC 9457 (`http::problem` writes them).

use std::borrow::Cow;
use std::fmt;

/// A language in which people read this system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    #[default]
    Zh,
    En,
}

/// What happened, and what to do next, in one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    pub title: &'static str,
    pub detail: &'static str,
}

macro_rules! problems {
    ($( $(#[$doc:meta])* $name:ident $code:literal $status:literal
        zh $zh_title:literal $zh_detail:literal
        en $en_title:literal $en_detail:literal; )+) => {
        /// A row of the table.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code { $( $(#[$doc])* $name, )+ }

        impl Code {
            /// Every row, in the order of the table.
            pub const ALL: &[Self] = &[ $( Self::$name, )+ ];

            /// The stable name on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$name => $code, )+ }
            }

            /// The HTTP status that goes with it.
            pub const fn status(self) -> u16 {
                match self { $( Self::$name => $status, )+ }
            }

            /// The words of the table, placeholders unfilled.
            pub const fn words(self, lang: Lang) -> Words {
                match (self, lang) { $(
                    (Self::$name, Lang::Zh) => Words { title: $zh_title, detail: $zh_detail },
                    (Self::$name, Lang::En) => Words { title: $en_title, detail: $en_detail },
                )+ }
            }
        }
    };
}

problems! {
    // ---- the request itself -------------------------------------------------------------------------------------
    /// Nothing at this address, or nothing that this caller may know of.
    NotFound "not_found" 404
        zh "没有找到" "请核对地址，或回到列表重新打开；不在您工作范围内的内容也会这样显示。"
        en "Not found" "Check the address or open it again from the list; things outside your duty also read like this.";
    MethodNotAllowed "method_not_allowed" 405
        zh "这个地址不支持该操作" "请改用允许的方法：{allow}。"
        en "This address does not do that" "Use one of the allowed methods: {allow}.";
    NotAcceptable "not_acceptable" 406
        zh "无法按所要的格式回答" "请接受 application/json。"
        en "That answer format is not available" "Accept application/json.";
    RequestTimeout "request_timeout" 408
        zh "请求没有在时限内传完" "请在信号较好的地方再试；已封存的内容会自动续传。"
        en "The request did not arrive in time" "Try again with a better signal; sealed work continues by itself.";
    BadRequest "bad_request" 400
        zh "请求无法读懂" "请更新到最新版本后再试。"
        en "The request cannot be read" "Update to the newest version and try again.";
    MalformedJson "malformed_json" 400
        zh "内容不是完整的 JSON" "请检查第 {line} 行第 {column} 列附近，再发一次。"
        en "The body is not well-formed JSON" "Look near line {line}, column {column} and send it again.";
    BadQuery "bad_query" 400
        zh "地址中的查询条件有误" "请按提示修改查询条件。"
        en "A search condition in the address is not right" "Correct the condition named below.";
    BadMethodOverride "bad_method_override" 400
        zh "X-HTTP-Method-Override 的值不可用" "只能在 POST 上写 PUT、PATCH 或 DELETE。"
        en "X-HTTP-Method-Override has an unusable value" "Only PUT, PATCH or DELETE on a POST.";
    BodyRequired "body_required" 400
        zh "没有收到内容" "请把内容一起发送。"
        en "No body arrived" "Send the content with the request.";
    BodyTooLarge "body_too_large" 413
        zh "内容太大" "上限为 {limit_bytes} 字节，请拆分或减小后再发。"
        en "The body is too large" "The limit is {limit_bytes} bytes; split it or make it smaller.";
    UnsupportedMediaType "unsupported_media_type" 415
        zh "内容类型不受支持" "请用 {expected} 发送。"
        en "This kind of content is not supported" "Send it as {expected}.";
    /// Well-formed, but one or more fields do not hold; `errors` names them.
    Invalid "invalid" 422
        zh "有内容需要修改" "请按标出的各项修改后再提交。"
        en "Something needs to be corrected" "Correct the fields named below and send again.";
    HeaderRequired "header_required" 400
        zh "缺少请求头" "请带上 {header}。"
        en "A header is missing" "Send the header {header}.";
    BadHeader "bad_header" 400
        zh "请求头的值不可用" "请更正 {header}。"
        en "A header has an unusable value" "Correct the header {header}.";
    HeaderFieldsTooLarge "header_fields_too_large" 431
        zh "请求头太长" "请清除多余的请求头后再试。"
        en "The headers are too long" "Send fewer headers.";

    // ---- one field (used inside `errors`) ------------------------------------------------------------------------
    Required "required" 422
        zh "必填" "请填写这一项。"
        en "Required" "Fill in this field.";
    WrongType "wrong_type" 422
        zh "类型不对" "应为 {expected}。"
        en "Wrong type" "Expected {expected}.";
    UnknownField "unknown_field" 422
        zh "不认识的字段" "请去掉这个字段。"
        en "Unknown field" "Remove this field.";
    UnknownValue "unknown_value" 422
        zh "没有这个选项" "可选：{expected}。"
        en "No such choice" "Choose one of: {expected}.";
    OutOfRange "out_of_range" 422
        zh "超出范围" "应在 {min} 与 {max} 之间。"
        en "Out of range" "It must lie between {min} and {max}.";
    TooLong "too_long" 422
        zh "太长" "最多 {max} 个字。"
        en "Too long" "At most {max} characters.";
    TooShort "too_short" 422
        zh "太短" "至少 {min} 个字。"
        en "Too short" "At least {min} characters.";
    TooMany "too_many" 422
        zh "太多" "最多 {max} 个。"
        en "Too many" "At most {max}.";
    Malformed "malformed" 422
        zh "格式不对" "请按这种格式填写：{expected}。"
        en "Not in the right format" "Write it like this: {expected}.";
    Unknown "unknown" 422
        zh "系统里没有" "请从列表中重新选择。"
        en "Not known here" "Choose it from the list again.";
    Duplicate "duplicate" 422
        zh "重复" "同样的内容已经有了，请换一个。"
        en "Already there" "The same thing exists; choose another.";
    ControlCharacters "control_characters" 422
        zh "含有不能保存的控制字符" "请去掉后再提交。"
        en "Contains control characters that cannot be kept" "Remove them and send again.";

    // ---- who is asking ------------------------------------------------------------------------------------------
    Unauthenticated "unauthenticated" 401
        zh "请先登录" "登录后会继续；手机里未上传的内容不会丢失。"
        en "Please log in" "Work continues after login; nothing unsent on the phone is lost.";
    TokenExpired "token_expired" 401
        zh "登录已过期" "请刷新登录；手机里未上传的内容不会丢失。"
        en "The login has expired" "Refresh the login; nothing unsent on the phone is lost.";
    BadToken "bad_token" 401
        zh "登录凭证无效" "请重新登录。"
        en "The login token is not valid" "Log in again.";
    BadCredentials "bad_credentials" 401
        zh "手机号或密码不对" "请核对后再试；忘记密码请联系县办公室重置。"
        en "Phone number or password is not right" "Check both and try again; the county office can reset a forgotten password.";
    LoginDelayed "login_delayed" 429
        zh "尝试次数较多，请稍候" "请在 {seconds} 秒后再试。"
        en "Many attempts, please wait" "Try again in {seconds} seconds.";
    SessionEnded "session_ended" 401
        zh "登录已结束" "请重新登录；手机里未上传的内容仍会发送。"
        en "The session has ended" "Log in again; unsent work will still be sent.";
    WrongOrigin "wrong_origin" 403
        zh "请求来自其他网站" "请从本系统的页面操作。"
        en "The request comes from another site" "Use the pages of this system.";
    Forbidden "forbidden" 403
        zh "您的岗位不能做这一步" "如工作需要，请联系县办公室调整岗位。"
        en "Your post does not include this step" "If the work needs it, ask the county office to adjust the post.";
    PasswordTooWeak "password_too_weak" 422
        zh "密码太简单" "至少 {min} 个字符，不要用手机号或常见密码。"
        en "The password is too simple" "At least {min} characters, not the phone number and not a common one.";
    PasswordMustChange "password_must_change" 403
        zh "请先设置新密码" "这是一次性密码，设置自己的密码后即可继续。"
        en "Set a new password first" "This was a one-time code; continue after choosing your own password.";
    CodeUsed "code_used" 410
        zh "一次性链接或口令已失效" "请向县办公室要一个新的。"
        en "The one-time link or code is no longer valid" "Ask the county office for a new one.";
    DeviceUnknown "device_unknown" 403
        zh "这台设备没有登记在您名下" "请在这台设备上重新登录；未上传的内容会保留。"
        en "This device is not registered to you" "Log in on this device again; unsent work is kept.";
    DeviceRevoked "device_revoked" 403
        zh "这台设备的发送权限已停用" "请联系县办公室；未上传的内容会保留在手机里。"
        en "This device may no longer send" "Ask the county office; unsent work stays on the phone.";

    // ---- two things at once -------------------------------------------------------------------------------------
    VersionConflict "version_conflict" 409
        zh "别人刚刚改过" "请查看最新内容后再决定。"
        en "Somebody else has just changed this" "Look at the newest state and decide again.";
    AlreadyExists "already_exists" 409
        zh "已经存在" "请打开已有的那一条。"
        en "It already exists" "Open the existing one.";
    IdempotencyKeyReused "idempotency_key_reused" 409
        zh "同一个请求编号用在了不同的内容上" "请刷新页面后重新提交。"
        en "The same request key came with other content" "Reload the page and send again.";
    StillInUse "still_in_use" 409
        zh "还有内容在使用它" "请先处理相关内容。"
        en "Something still uses it" "Deal with that first.";
    WrongState "wrong_state" 409
        zh "当前状态不能这样处理" "请查看最新状态后再决定。"
        en "This step does not fit the present state" "Look at the present state and decide again.";

    // ---- operations (decisions.md section 4) ----------------------------------------------------------------------
    OperationIdReused "operation_id_reused" 409
        zh "同一编号已有不同内容" "手机会保留两份，请联系县办公室核对。"
        en "This operation id already has other bytes" "The phone keeps both; ask the county office to compare.";
    AfterUnknown "after_unknown" 425
        zh "前一步还没有到" "手机会先发送前一步，再自动重发这一步。"
        en "An earlier step has not arrived yet" "The phone sends the earlier step first and then this one again.";
    OperationRefused "operation_refused" 422
        zh "县里暂时不能采用这份内容" "内容已完整保存，县办公室会处理，不影响继续工作。"
        en "The county cannot use this yet" "It is kept in full; the office will look at it, and work can go on.";
    UnknownKind "unknown_kind" 422
        zh "不认识的内容种类" "请更新到最新版本；内容已保存。"
        en "Unknown kind of operation" "Update to the newest version; the content is kept.";
    NotTheAuthor "not_the_author" 422
        zh "发送人与填写人不一致" "请由填写人登录后发送；内容已保存。"
        en "The sender is not the author" "Let the author log in and send; the content is kept.";
    OutsideCounty "outside_county" 422
        zh "不在本县范围" "内容已保存，县办公室会处理。"
        en "Outside this county" "The content is kept; the office will look at it.";
    BadSignature "bad_signature" 422
        zh "签名与内容对不上" "内容已保存，县办公室会核对。"
        en "The signature does not fit the content" "The content is kept; the office will check it.";
    CursorExpired "cursor_expired" 410
        zh "本机数据太旧，需要重新取一遍" "会自动重新取数，不影响未上传的内容。"
        en "The local copy is too old" "A fresh copy is fetched; unsent work is not touched.";
    BadCursor "bad_cursor" 400
        zh "翻页位置无效" "请回到第一页。"
        en "The page position is not valid" "Go back to the first page.";

    // ---- files ----------------------------------------------------------------------------------------------------
    UploadNotNamed "upload_not_named" 403
        zh "没有记录提到这个文件" "请先发送包含它的记录，再上传文件。"
        en "No record names this file" "Send the record that names it first, then the file.";
    UploadOffset "upload_offset" 409
        zh "续传位置不对" "会从服务器已有的 {offset} 字节处继续。"
        en "The upload continues elsewhere" "Continue at byte {offset}.";
    ChecksumMismatch "checksum_mismatch" 460
        zh "文件在途中变了" "会自动从头重传。"
        en "The bytes changed on the way" "They will be sent again from the start.";
    UploadGone "upload_gone" 410
        zh "这次上传已经过期" "会重新建立上传。"
        en "This upload has expired" "A new one will be made.";
    FileErased "file_erased" 410
        zh "文件已按规定删除" "删除记录可在审计中查到。"
        en "The file was erased on purpose" "The audit shows by whom and why.";
    FileNotHere "file_not_here" 409
        zh "照片还在路上" "手机联网后会继续上传。"
        en "The photo is still on its way" "It arrives when the phone is online.";
    RangeNotSatisfiable "range_not_satisfiable" 416
        zh "要的那一段不存在" "请从头读取。"
        en "That part does not exist" "Read it from the start.";
    TusVersion "tus_version" 412
        zh "上传协议版本不符" "请用 tus 1.0.0。"
        en "Unsupported upload protocol version" "Use tus 1.0.0.";

    // ---- imports ----------------------------------------------------------------------------------------------------
    ImportRefused "import_refused" 422
        zh "导入文件有 {count} 处需要修改，什么都没有写入" "请按行修改后重新导入。"
        en "The file has {count} things to correct; nothing was written" "Correct the rows named below and import again.";

    // ---- the server -------------------------------------------------------------------------------------------------
    TooManyRequests "too_many_requests" 429
        zh "请求太密" "会在 {seconds} 秒后自动重试。"
        en "Too many requests at once" "Try again in {seconds} seconds.";
    Overloaded "overloaded" 503
        zh "系统正忙" "会在 {seconds} 秒后自动重试；未上传的内容保留在本机。"
        en "The system is busy" "Try again in {seconds} seconds; unsent work stays on the phone.";
    NotReady "not_ready" 503
        zh "系统正在准备" "请在 {seconds} 秒后再试；未上传的内容保留在本机。"
        en "The system is getting ready" "Try again in {seconds} seconds; unsent work stays on the phone.";
    StorageLow "storage_low" 503
        zh "服务器存储空间不足，文件暂缓接收" "答案仍会送达；照片保留在本机，稍后自动上传。"
        en "The server is low on space; files wait" "Answers still arrive; photos stay on the phone and follow later.";
    Internal "internal" 500
        zh "系统出了问题" "没有丢失任何内容；请稍后再试，仍不行请把编号 {incident} 告诉管理员。"
        en "Something went wrong here" "Nothing was lost; try again later, or tell the administrator the number {incident}.";
}

/// A value for a placeholder, by name.
pub type Param = (&'static str, Cow<'static, str>);

/// One field that does not hold: a JSON pointer (RFC 6901; `''` is the whole body) and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    pub field: String,
    pub code: Code,
    pub params: Vec<Param>,
}

/// What is wrong with a request; everything a client needs to know and nothing that it must not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub code: Code,
    pub params: Vec<Param>,
    pub errors: Vec<FieldError>,
    /// Seconds after which trying again makes sense (`Retry-After`).
    pub retry_after_s: Option<u32>,
}

impl Problem {
    pub const fn new(code: Code) -> Self {
        Self { code, params: Vec::new(), errors: Vec::new(), retry_after_s: None }
    }

    /// One field is not right: `422 invalid` naming it.
    pub fn field(field: impl Into<String>, code: Code) -> Self {
        Self::new(Code::Invalid).and_field(field, code, [])
    }

    /// One more field, with values for its placeholders.
    #[must_use]
    pub fn and_field(
        mut self,
        field: impl Into<String>,
        code: Code,
        params: impl IntoIterator<Item = Param>,
    ) -> Self {
        self.errors.push(FieldError { field: field.into(), code, params: params.into_iter().collect() });
        self
    }

    /// A value for a placeholder of the words.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Cow<'static, str>>) -> Self {
        self.params.push((name, value.into()));
        self
    }

    /// Asks the client to wait; also fills `{seconds}`.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after_s = Some(seconds);
        self.with("seconds", seconds.to_string())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code.as_str())?;
        self.errors.iter().try_for_each(|error| write!(f, " {}:{}", error.field, error.code.as_str()))
    }
}

impl std::error::Error for Problem {}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

/// Fills `{name}` from the parameters; a placeholder without a value becomes an ellipsis, never braces on a screen.
pub fn fill(text: &str, params: &[Param]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, tail)) = after.split_once('}') else { break };
        filled.push_str(before);
        let value = params.iter().find(|(key, _)| *key == name);
        filled.push_str(value.map_or("…", |(_, value)| value));
        rest = tail;
    }
    filled.push_str(rest);
    filled
}

/// A JSON pointer from path segments, escaped as RFC 6901 says.
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
        let names: HashSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(names.len(), Code::ALL.len());
        for code in Code::ALL {
            assert!((400..600).contains(&code.status()), "{code:?}");
            let name = code.as_str();
            assert!(name.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{name}");
        }
    }

    /// The names inside braces, in order of the alphabet.
    fn placeholders(text: &str) -> Vec<&str> {
        let mut names: Vec<_> =
            text.split('{').skip(1).filter_map(|part| Some(part.split_once('}')?.0)).collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn both_languages_ask_for_the_same_values() {
        for code in Code::ALL {
            let [zh, en] = [Lang::Zh, Lang::En].map(|lang| code.words(lang));
            assert_eq!(placeholders(zh.title), placeholders(en.title), "{code:?}");
            assert_eq!(placeholders(zh.detail), placeholders(en.detail), "{code:?}");
            assert!(en.title.is_ascii() && en.detail.is_ascii(), "{code:?} has Chinese in its English words");
            assert!(!zh.title.is_ascii() && !zh.detail.is_ascii(), "{code:?} has no Chinese words");
        }
    }

    #[test]
    fn words_are_filled_and_never_show_braces() {
        let params: Vec<Param> = vec![("limit", "5".into())];
        assert_eq!(fill("at most {limit}.", &params), "at most 5.");
        assert_eq!(fill("at most {other}.", &params), "at most ….");
        assert_eq!(fill("open { brace", &params), "open { brace");
    }

    #[test]
    fn pointers_escape_their_segments() {
        assert_eq!(pointer(["answers", "0", "a/b~c"]), "/answers/0/a~1b~0c");
        assert_eq!(pointer(Vec::<String>::new()), "");
    }
}
