/** Whether all cases are to be tried (`BCOPY_TEST_ALL=1`), in place of one in a few. */
export const everyCase: boolean = process.env["BCOPY_TEST_ALL"] === "1"
