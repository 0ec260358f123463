/* The department's time to answer: 20 calendar days in Shanghai, holidays counted, to the end of the last day. */

export const ANSWER_DAYS = 20;

const DAY_MS = 86_400_000;
/** China keeps UTC+8 all year. */
const SHANGHAI_MS = 8 * 3_600_000;

const dayNumber = (time: Date): number => Math.floor((time.getTime() + SHANGHAI_MS) / DAY_MS);
const startOfDay = (day: number): Date => new Date(day * DAY_MS - SHANGHAI_MS);

/** The date in Shanghai, YYYY-MM-DD. */
export const shanghaiDate = (time: Date): string => new Date(time.getTime() + SHANGHAI_MS).toISOString().slice(0, 10);

/** The last millisecond of the twentieth day after the day of raising. */
export const answerDueAt = (raisedAt: Date): Date =>
  new Date(startOfDay(dayNumber(raisedAt) + ANSWER_DAYS + 1).getTime() - 1);

/** Whole days left, 0 on the last day; negative when overdue. */
export const daysLeft = (dueAt: Date, now: Date): number => dayNumber(dueAt) - dayNumber(now);

export const REMINDERS = ["due10", "due3", "due1", "overdue"] as const;
export type Reminder = (typeof REMINDERS)[number];

const DAYS_LEFT: Record<Reminder, number> = { due10: 10, due3: 3, due1: 1, overdue: -1 };

/** Each at the start of its day. */
export const reminderAt = (dueAt: Date, reminder: Reminder): Date => startOfDay(dayNumber(dueAt) - DAYS_LEFT[reminder]);

/** The reminder to give now; of several that were missed only the last, for the others are no longer true. */
export const reachedReminder = (dueAt: Date, now: Date): Reminder | undefined =>
  REMINDERS.findLast((reminder) => reminderAt(dueAt, reminder) <= now);

/** When to look again; undefined after the last. */
export function nextReminderAt(dueAt: Date, now: Date): Date | undefined {
  const next = REMINDERS.find((reminder) => reminderAt(dueAt, reminder) > now);
  return next && reminderAt(dueAt, next);
}
