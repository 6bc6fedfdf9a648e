//! What goes out, where to, and how far it has come: closed sets.

use serde::{Deserialize, Serialize};

/// Declares a closed set of words.
macro_rules! words {
    ($(#[$doc:meta])* $set:ident { $($(#[$row:meta])* $name:ident $word:tt;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
        pub enum $set { $($(#[$row])* #[serde(rename = $word)] $name),* }

        impl $set {
            pub const ALL: &'static [$set] = &[$($set::$name),*];

            pub fn as_str(self) -> &'static str { match self { $($set::$name => $word),* } }
            pub fn parse(text: &str) -> Option<Self> { Self::ALL.iter().copied().find(|one| one.as_str() == text) }
        }
    };
}

words! {
    /// By what a unit is told.
    ChannelKind {
        /// 企业微信群机器人.
        WeCom "wecom";
        /// 钉钉群机器人.
        DingTalk "dingtalk";
        /// 飞书群机器人.
        Feishu "feishu";
        Email "email";
    }
}

words! {
    /// What a message is.
    MessageKind {
        /// The one a day.
        Digest "digest";
        /// At once.
        Urgent "urgent";
        /// Of the test button.
        Test "test";
        /// Wakes a browser; says nothing.
        Push "push";
    }
}

words! {
    /// How far a message has come.
    MessageState {
        Queued "queued";
        Sending "sending";
        Sent "sent";
        /// Tried again later.
        Failed "failed";
        GivenUp "given_up";
    }
}
