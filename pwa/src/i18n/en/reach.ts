import type { reach as zh } from '../zh/reach';

export const reach: typeof zh = {
  title: {
    machine: 'No phone can open the address on this paper',
    plain: 'The address on this paper is not encrypted: phones cannot inspect with it',
    network: 'Only phones of the same network can open the address on this paper',
  },
  text: (address) => `Codes and words say ${address}. Whoever runs the system should start it with --public-url and the address that everybody uses (https://…), then print again.`,
  ask: {
    title: 'Print all the same?',
    anyway: 'Print all the same',
    back: 'Not yet',
  },
  link: {
    machine: 'This address opens on this machine only; it is of no use to others. Whoever runs the system should name the address that everybody uses with --public-url.',
    plain: 'This address is not encrypted; phones may not open it. Whoever runs the system should name an https address with --public-url.',
    network: 'Only phones of the same network can open this address.',
  },
  first: {
    title: 'There are no accounts here yet',
    text: 'The first one is made on the computer that runs the system. This command prints a one-time code: sign in as admin, with the code as the password.',
    command: 'lalian user add admin --name Administrator --role platform_admin',
  },
};
