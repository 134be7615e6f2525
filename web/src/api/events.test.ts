import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { expect, test, vi } from "vitest";
import { readAgain } from "./events";

test("a change that comes while a list is read is read afterwards", async () => {
  const client = new QueryClient();
  const answers: ((text: string) => void)[] = [];
  const queryFn = () => new Promise<string>((resolve) => answers.push(resolve));
  const queryKey = ["devices", "list"];
  const observer = new QueryObserver(client, { queryKey, queryFn });
  const stop = observer.subscribe(() => undefined);
  await vi.waitFor(() => expect(answers).toHaveLength(1));

  readAgain(client, { queryKey: ["devices"] });
  expect(answers).toHaveLength(1);
  answers[0]?.("before the change");
  await vi.waitFor(() => expect(answers).toHaveLength(2));
  expect(client.getQueryData(queryKey)).toBe("before the change");
  answers[1]?.("after the change");
  await vi.waitFor(() => expect(client.getQueryData(queryKey)).toBe("after the change"));
  expect(answers).toHaveLength(2);
  stop();
});
