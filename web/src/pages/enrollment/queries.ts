// What the enrollment page asks the server.

import { api, asked, type Schemas } from "../../api/client";
import type { LongList } from "../../api/longList";

export type Enrollment = Schemas["Enrollment"];

const PAGE = 200;

export const enrollmentsList: LongList<Enrollment> = {
  queryKey: ["enrollments"],
  keyOf: ({ id }) => id,
  page: (cursor, signal) => {
    const query = { limit: PAGE, ...(cursor && { cursor }) };
    return asked(api.GET("/api/v1/enrollments", { params: { query }, signal }));
  },
};
