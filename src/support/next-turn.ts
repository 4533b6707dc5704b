/**
 * Lets everything that has already arrived on the process' sockets be handled first. Used where what a query saw must
 * not be judged before the notification that was sent with it.
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
