import type { entry as zh } from '../zh/entry';

export const entry: typeof zh = {
  code: {
    title: 'Signing in for the first time',
    text: 'Take your slip: scan its code with the phone; or type the account above and the 12-letter code as the password.',
    ready: 'Account and code are filled in. Just tap “Sign in”.',
    before: (name) => `${name} is using this phone now. After you sign in, what ${name} has not uploaded stays on it and is not lost.`,
    field: 'One-time code',
    over: 'This code was used before, or is older than 14 days. Ask the unit that gave it to you for another one.',
  },
  forgotten: {
    title: 'Forgotten password: who to ask',
    rows: [
      ['Village cadres', 'the desk officer or deputy of the township'],
      ['Townships, departments, inspectors, county leaders', 'the county office'],
      ['County office', 'the platform’s administrator'],
    ],
    text: 'They give you a new code with one tap on their page of people. What this phone has not uploaded is not lost.',
  },
  rules: {
    title: 'What a password must be',
    list: ['At least 10 characters; a few words together are easiest to keep', 'Not digits alone (phone number, birthday, identity number)', 'Nothing that everybody tries, such as password123', '6 characters left without your name, county and unit'],
  },
};
