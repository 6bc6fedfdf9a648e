// Which browsers are a chat app's own: their storage lives with the chat's cache and most have no service worker. Pure, so that it can be tested.

/** WeCom 企业微信 also says MicroMessenger; Feishu says Lark. */
const CHAT_APPS = /MicroMessenger|DingTalk|\bLark\/|Feishu|\bQQ\/\d/i;

export const isChatApp = (userAgent: string): boolean => CHAT_APPS.test(userAgent);
