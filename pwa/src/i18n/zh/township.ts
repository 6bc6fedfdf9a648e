// Words of the township screens.
export const township = {
  title: '整改任务',
};
