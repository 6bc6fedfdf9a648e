// Words of the inspector screens.
export const inspector = {
  title: '今日检查',
};
