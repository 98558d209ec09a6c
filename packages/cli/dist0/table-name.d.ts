/** A job's or workload's name as tables for people have it. JSON documents have it whole. */
export declare function tableName(name: string): string;
//# sourceMappingURL=table-name.d.ts.map