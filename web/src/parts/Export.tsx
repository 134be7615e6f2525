// Writes every row of a list to a file, page by page, and says how far it is.

import { Button } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { csv, downloadCsv } from "./csv";
import { noticeFailure } from "./notice";
import { numberFormat } from "./number";

interface Page<Row> {
  items: Row[];
  next_cursor?: string | null | undefined;
}

interface Props<Row> {
  /** The file's name, without its ending. */
  name: string;
  header: string[];
  row: (row: Row) => string[];
  page: (cursor: string | null) => Promise<Page<Row>>;
}

/** More pages than any list has; a server that never ends is left. */
const MOST_PAGES = 2_000;

export function Export<Row>({ name, header, row, page }: Props<Row>) {
  const { t, i18n } = useTranslation();
  const [done, setDone] = useState(0);
  const write = useMutation({
    mutationFn: async () => {
      const rows: string[][] = [];
      let cursor: string | null = null;
      for (let count = 0; count < MOST_PAGES; count += 1) {
        const read: Page<Row> = await page(cursor);
        rows.push(...read.items.map(row));
        setDone(rows.length);
        cursor = read.next_cursor ?? null;
        if (cursor === null) {
          break;
        }
      }
      downloadCsv(`${name}.csv`, csv(header, rows));
    },
    onError: noticeFailure,
    onSettled: () => setDone(0),
  });
  const number = numberFormat(i18n.language);
  return (
    <Button
      variant="default"
      leftSection={<IconDownload size={16} />}
      disabled={write.isPending}
      onClick={() => write.mutate()}
    >
      {write.isPending ? t("export.rows", { rows: number.format(done) }) : t("export.do")}
    </Button>
  );
}
