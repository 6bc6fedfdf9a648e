// Words of the office screens.
export const office = {
  title: '县专班',
};
