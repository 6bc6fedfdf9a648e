// What a person does on a screen, found as a person finds it: by the words and roles on it.

/** Signs in on the screen that is open. */
export async function logIn(page, { login, password }) {
  await page.locator('input[autocomplete~="username"]').fill(login);
  await page.locator('input[autocomplete~="current-password"]').fill(password);
  await page.locator('form button[type="submit"]').click();
  await page.locator('input[autocomplete~="current-password"]').waitFor({ state: 'detached' });
}
