// Addresses of our own workers. The page's policy (`require-trusted-types-for 'script'; trusted-types … lalian`) takes no plain string
// for them, and a policy's name can be used once, so this file is the one place: `new Worker(scriptUrl(url), { type: 'module' })` with
// `import url from '…/x.worker?worker&url'`.

interface ScriptPolicy {
  createScriptURL(url: string): string;
}

interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL: (url: string) => string }): ScriptPolicy;
}

function ours(url: string): string {
  const { origin, href } = new URL(url, location.href);
  if (origin !== location.origin) throw new TypeError('workers come from our own origin only');
  return href;
}

const { trustedTypes } = window as { trustedTypes?: TrustedTypes };
const policy: ScriptPolicy = trustedTypes?.createPolicy('lalian', { createScriptURL: ours }) ?? { createScriptURL: ours };

/** Typed as a string because TypeScript's library does not know the type; browsers with Trusted Types get the object they want. */
export const scriptUrl = (url: string): string => policy.createScriptURL(url);
