// Short notices that go away by themselves.

import { notifications } from "@mantine/notifications";
import { whyNot } from "./reasons";

/** Says that something asked for was not done, and why. */
export function noticeFailure(error: Error): void {
  notifications.show({ color: "red", message: whyNot(error) });
}
