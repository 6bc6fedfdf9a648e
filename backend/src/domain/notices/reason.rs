//! Why a message did not go out, in words for the office; one table.

use serde::{Deserialize, Serialize};

/// Declares [`Reason`] and its table: name, wire word, whether trying again makes sense, Chinese, English.
macro_rules! reasons {
    ($($name:ident $word:literal $again:literal $zh:literal $en:literal;)*) => {
        /// Why a message did not go out.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "snake_case")]
        #[schema(as = MessageReasonCode)]
        pub enum Reason { $($name),* }

        impl Reason {
            pub const ALL: &'static [Reason] = &[$(Reason::$name),*];

            pub fn as_str(self) -> &'static str { match self { $(Reason::$name => $word),* } }
            /// Whether it is tried again by itself. What may have arrived is not: nobody is told twice.
            pub fn tries_again(self) -> bool { match self { $(Reason::$name => $again),* } }
            /// Chinese, English.
            pub fn words(self) -> (&'static str, &'static str) { match self { $(Reason::$name => ($zh, $en)),* } }
            pub fn parse(text: &str) -> Option<Self> { Self::ALL.iter().copied().find(|reason| reason.as_str() == text) }
        }
    };
}

reasons! {
    Unreachable "unreachable" true "连不上对方服务器，稍后自动再试" "The other server cannot be reached; it is tried again";
    NoAnswer "no_answer" false "对方没有答复，可能已经送达，为避免重复不再发送" "No answer came; it may have arrived, so it is not sent again";
    HttpError "http_error" true "对方服务器出错，稍后自动再试" "The other server had an error; it is tried again";
    NotFound "not_found" false "对方说没有这个地址，请核对机器人地址" "The other server does not know this address; check the robot's address";
    RobotRefused "robot_refused" false "群机器人没有接收，请核对地址、密钥和机器人的安全设置" "The robot did not take it; check its address, secret and safety settings";
    TooMany "too_many" true "发送过于频繁，稍后自动再试" "Sent too often; it is tried again a little later";
    AddressRefused "address_refused" false "这个域名指向内部网络，为安全起见没有连接" "The name leads into a private network; for safety nothing was sent";
    NotAllowedHost "not_allowed_host" false "这个网址不在允许的范围内" "This address is not among the allowed ones";
    Tls "tls" false "对方的证书不可信，没有发送" "The other server's certificate cannot be trusted; nothing was sent";
    NoMailServer "no_mail_server" false "还没有设置发信服务器" "No mail server is set";
    MailRefused "mail_refused" false "邮件服务器没有接收，请核对账号和收件地址" "The mail server did not take it; check account and addresses";
    TooLarge "too_large" true "对方的答复异常，稍后自动再试" "The other server's answer is not usable; it is tried again";
    Redirected "redirected" false "对方要求转到别的网址，为安全起见没有跟随" "The other server points elsewhere; for safety it was not followed";
    ChannelRemoved "channel_removed" false "通道已删除" "The channel was removed";
    ChannelPaused "channel_paused" false "通道已暂停" "The channel is paused";
    Interrupted "interrupted" false "发送时服务中断，不确定是否送达，为避免重复不再发送" "The service stopped while sending; it may have arrived, so it is not sent again";
    PushGone "push_gone" false "对方浏览器已取消订阅" "The browser has ended its subscription";
    TooLate "too_late" false "多次没有送出，内容已过时" "It could not be sent in time";
    SwitchedOff "switched_off" false "系统管理员关闭了对外发送" "The operator has switched sending off";
    Unreadable "unreadable" false "保存的地址无法解读，请重新填写" "The stored address cannot be read; enter it again";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_speaks_both_languages_and_has_its_own_word() {
        for reason in Reason::ALL {
            let (zh, en) = reason.words();
            assert!(!zh.is_ascii() && en.is_ascii(), "{reason:?}");
            assert_eq!(Reason::parse(reason.as_str()), Some(*reason));
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.as_str());
        }
    }
}
