/** The queries of workloads/queries.ts over one table per kind of thing. */
export const TABLE_QUERIES: Readonly<Record<string, string>> = {
  q1: `select id from people where name = 'Ivan'`,
  q2: `select id, age from people where name = 'Ivan'`,
  'q2-switch': `select id, age from people where name = 'Ivan'`,
  q3: `select id, age from people where name = 'Ivan' and sex = ':male'`,
  q4: `select id, last_name, age from people where name = 'Ivan' and sex = ':male'`,
  qpred1: 'select id, salary from people where salary > 50000',
  qpred2: 'select id, salary from people where salary > ?',
  'value-join': "select id, last_name, age from people where age in (select age from people where name = 'Ivan')",
  merge5: 'select id, name, last_name, sex, age, salary from people',
  not: `select id, age from people where name <> 'Ivan'`,
  'or-join': `select id, age from people where name = 'Ivan' or last_name = 'Petrov'`,
  aggregate: 'select name, avg(salary), count(*) from people group by name',
  'same-colour': `select o.sku from items i join items o on o.color = i.color where i.sku = 'SKU-42'`,
  'ordered-together': `select distinct j.sku from items i join lines l on l.item = i.id join lines m on m.order_id = l.order_id
    join items j on j.id = m.item where i.sku = 'SKU-25'`,
}

/** Attributes of the table of facts. */
export const ATTRIBUTES = {
  name: 1,
  lastName: 2,
  sex: 3,
  age: 4,
  salary: 5,
  sku: 6,
  color: 7,
  size: 8,
  type: 9,
  count: 10,
  lines: 11,
  item: 12,
  lineCount: 13,
  follows: 14,
} as const

/** The same over one table of facts (e, a, v). */
export const FACT_QUERIES: Readonly<Record<string, string>> = {
  q1: `select e from facts where a = 1 and v = 'Ivan'`,
  q2: `select n.e, g.v from facts n join facts g on g.e = n.e and g.a = 4 where n.a = 1 and n.v = 'Ivan'`,
  'q2-switch': `select n.e, g.v from facts g join facts n on n.e = g.e and n.a = 1 and n.v = 'Ivan' where g.a = 4`,
  q3: `select n.e, g.v from facts n join facts s on s.e = n.e and s.a = 3 and s.v = ':male'
    join facts g on g.e = n.e and g.a = 4 where n.a = 1 and n.v = 'Ivan'`,
  q4: `select n.e, l.v, g.v from facts n join facts s on s.e = n.e and s.a = 3 and s.v = ':male'
    join facts l on l.e = n.e and l.a = 2 join facts g on g.e = n.e and g.a = 4 where n.a = 1 and n.v = 'Ivan'`,
  qpred1: 'select e, v from facts where a = 5 and v > 50000',
  qpred2: 'select e, v from facts where a = 5 and v > ?',
  'value-join': `select g.e, l.v, g.v from facts g join facts l on l.e = g.e and l.a = 2
    where g.a = 4 and g.v in (select i.v from facts n join facts i on i.e = n.e and i.a = 4 where n.a = 1 and n.v = 'Ivan')`,
  merge5: `select n.e, n.v, l.v, s.v, g.v, p.v from facts n join facts l on l.e = n.e and l.a = 2
    join facts s on s.e = n.e and s.a = 3 join facts g on g.e = n.e and g.a = 4 join facts p on p.e = n.e and p.a = 5
    where n.a = 1`,
  not: `select g.e, g.v from facts g
    where g.a = 4 and not exists (select 1 from facts n where n.e = g.e and n.a = 1 and n.v = 'Ivan')`,
  'or-join': `select g.e, g.v from (select e from facts where a = 1 and v = 'Ivan'
    union select e from facts where a = 2 and v = 'Petrov') o join facts g on g.e = o.e and g.a = 4`,
  aggregate: `select n.v, avg(p.v), count(*) from facts n join facts p on p.e = n.e and p.a = 5 where n.a = 1 group by n.v`,
  // Without statistics the planner takes all attributes for equally selective: a cross join keeps the order written.
  'same-colour': `select s.v from facts k cross join facts c on c.e = k.e and c.a = 7 cross join facts o on o.a = 7 and o.v = c.v
    cross join facts s on s.e = o.e and s.a = 6 where k.a = 6 and k.v = 'SKU-42'`,
  // A plus takes the affinity off an integer, so that the index of values, which has none, can be used.
  'ordered-together': `select distinct s.v from facts k cross join facts i on i.a = 12 and i.v = +k.e
    cross join facts o on o.a = 11 and o.v = +i.e cross join facts m on m.e = o.e and m.a = 11
    cross join facts j on j.e = m.v and j.a = 12 cross join facts s on s.e = j.v and s.a = 6 where k.a = 6 and k.v = 'SKU-25'`,
}

const closure = (from: string, to: string, table: string, and = ''): string =>
  `with recursive f(x, y) as (select ${from}, ${to} from ${table}${and && ` where ${and}`}
    union select f.x, t.${to} from f join ${table} t on t.${from} = f.y${and && ` and t.${and}`}) select x, y from f`
export const TABLE_CLOSURE = closure('a', 'b', 'follows')
export const FACT_CLOSURE = closure('e', 'v', 'facts', `a = ${ATTRIBUTES.follows}`)
