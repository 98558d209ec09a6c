/** A column: its heading, and whether numbers make it stand to the right. */
export interface Column {
    readonly heading: string;
    readonly right?: boolean;
}
/** Rows under headings, two spaces between columns, without spaces at the ends of lines. */
export declare function renderTable(columns: readonly Column[], rows: readonly (readonly string[])[], bold: (text: string) => string): string;
/** Names and values, one pair a line, the values in one column. */
export declare function renderFacts(facts: readonly (readonly [name: string, value: string])[]): string;
//# sourceMappingURL=render-table.d.ts.map