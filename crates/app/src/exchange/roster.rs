//! Rosters: tables of people who are to be invited, whatever their columns are called and however they are separated.

use guildhall_domain::{
    actor::Role,
    folded,
    intent::Warning,
    member::Email,
    text::{Name, TextFlaw},
};

use super::{Rejected, table::Table};

/// The most people of one roster.
pub const MOST: usize = 1_000;

/// A roster, once it is read.
#[derive(Debug, Clone)]
pub struct Roster {
    /// Each row with its line.
    pub lines: Vec<(u64, Entry)>,
    /// What was read differently than somebody might expect.
    pub warnings: Vec<Warning>,
}

/// What a row says.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The address as it stands, if there is one.
    pub address: Option<String>,
    /// Whom to invite, and to what; or why the row can't be read.
    pub read: Result<Invitee, Unread>,
}

/// Somebody to invite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitee {
    /// Their e-mail.
    pub email: Email,
    /// Their name.
    pub name: Option<Name>,
    /// Leader, executive, or nothing but a member.
    pub tenant_role: Role,
    /// A department's key or name, and the role there.
    pub department: Option<(String, Role)>,
}

/// Why a row can't be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// Stable, for programs.
    pub code: &'static str,
    /// A sentence for people.
    pub detail: String,
}

impl Unread {
    fn new(code: &'static str, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }

    fn of(column: &str, flaw: TextFlaw) -> Self {
        Self::new(flaw.code(), format!("the {column} {flaw}"))
    }
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Name,
    FirstName,
    LastName,
    Email,
    Role,
    Department,
    DepartmentRole,
}

const NAMES: &[(Column, &[&str])] = &[
    (Column::Name, &["name", "full name", "display name", "person", "member", "employee"]),
    (Column::FirstName, &["first name", "given name", "forename"]),
    (Column::LastName, &["last name", "family name", "surname"]),
    (Column::Email, &["email", "e mail", "mail", "email address", "e mail address", "address", "work email", "user"]),
    (Column::Role, &["role", "roles", "tenant role", "company role"]),
    (Column::Department, &["department", "department key", "team", "unit", "group"]),
    (Column::DepartmentRole, &["department role", "role in department", "team role"]),
];

fn column(header: &str) -> Option<Column> {
    let header = folded(header);
    NAMES.iter().find(|(_, names)| names.contains(&header.as_str())).map(|(column, _)| *column)
}

/// Reads a roster.
pub fn read(bytes: &[u8]) -> Result<Roster, Rejected> {
    let table = Table::read(bytes, MOST, column)?;
    if !table.columns.contains(&Some(Column::Email)) {
        let detail = "the first row names no column of addresses (email, e-mail, mail, …)";
        return Err(Rejected::new("csv-header", detail));
    }
    let warning = |code, detail| Warning { code, detail };
    let guessed =
        table.guessed.map(|name| warning("encoding-guessed", format!("the file is not UTF-8 and was read as {name}")));
    let unread = table.unread().map(|name| warning("unknown-column", format!("the column «{name}» is not read")));
    let warnings = guessed.into_iter().chain(unread).collect();
    let mut lines = Vec::new();
    for (line, row) in &table.rows {
        if row.iter().all(str::is_empty) || table.is_head(row) {
            continue;
        }
        let cell = |column| table.cells(row, &column).first().copied();
        let name = cell(Column::Name).map(str::to_owned).or_else(|| {
            let parts: Vec<_> = [Column::FirstName, Column::LastName].into_iter().filter_map(cell).collect();
            (!parts.is_empty()).then(|| parts.join(" "))
        });
        let read = invitee(
            cell(Column::Email),
            name.as_deref(),
            cell(Column::Role),
            cell(Column::Department),
            cell(Column::DepartmentRole),
        );
        lines.push((*line, Entry { address: cell(Column::Email).map(str::to_owned), read }));
    }
    Ok(Roster { lines, warnings })
}

fn invitee(
    email: Option<&str>,
    name: Option<&str>,
    role: Option<&str>,
    department: Option<&str>,
    department_role: Option<&str>,
) -> Result<Invitee, Unread> {
    let email = email.ok_or_else(|| Unread::new("empty", "the row says no address"))?;
    let email = Email::parse(email).map_err(|flaw| Unread::of("address", flaw))?;
    let name = name.map(Name::parse).transpose().map_err(|flaw| Unread::of("name", flaw))?;
    let role = role.map(named).transpose()?;
    let department_role = department_role.map(named).transpose()?;
    let (tenant_role, department_role) = match (role, department_role) {
        // People write a department's role under «role» when there is no other column.
        (Some(role), None) if Role::OF_DEPARTMENT.contains(&role) => (Role::Member, Some(role)),
        (role, given) => (role.unwrap_or(Role::Member), given),
    };
    if !matches!(tenant_role, Role::Leader | Role::Executive | Role::Member) {
        return Err(Unread::new("invalid", "the role in the company is leader, executive or member"));
    }
    if department_role.is_some_and(|role| !Role::OF_DEPARTMENT.contains(&role)) {
        return Err(Unread::new("invalid", "the role in a department is owner, reviewer, editor, agent or viewer"));
    }
    let department = match (department, department_role) {
        (None, None) => None,
        (Some(department), Some(role)) => Some((department.to_owned(), role)),
        (Some(_), None) => return Err(Unread::new("role-missing", "the row names a department and no role there")),
        (None, Some(_)) => {
            return Err(Unread::new("department-missing", "the row gives a role and names no department"));
        }
    };
    Ok(Invitee { email, name, tenant_role, department })
}

fn named(role: &str) -> Result<Role, Unread> {
    Role::named(&folded(role)).ok_or_else(|| Unread::new("invalid", format!("«{role}» is no role")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roster(text: &str) -> Vec<(u64, Result<Invitee, &'static str>)> {
        let roster = read(text.as_bytes()).unwrap();
        roster.lines.into_iter().map(|(line, entry)| (line, entry.read.map_err(|unread| unread.code))).collect()
    }

    fn invitee(email: &str, name: &str, tenant_role: Role, department: Option<(&str, Role)>) -> Invitee {
        Invitee {
            email: Email::parse(email).unwrap(),
            name: Some(Name::parse(name).unwrap()),
            tenant_role,
            department: department.map(|(key, role)| (key.to_owned(), role)),
        }
    }

    #[test]
    fn headers_have_many_names_and_separators() {
        let eero = invitee("eero@pine.example", "Eero Virtanen", Role::Member, Some(("sales", Role::Editor)));
        for text in [
            "name,email,role,department,department_role\nEero Virtanen,eero@pine.example,,sales,editor\n",
            "\u{feff}E-Mail;Full Name;Team;Role\r\neero@pine.example;Eero Virtanen;sales;Editor\r\n",
            "First name\tSurname\tE-mail address\tunit\tTeam role\nEero\tVirtanen\teero@pine.example\tsales\teditor\n",
            "sep=|\nmail|person|department|role in department|shoe size\neero@pine.example|Eero Virtanen|sales|editor|44\n",
        ] {
            assert_eq!(
                roster(text).into_iter().map(|(_, read)| read).collect::<Vec<_>>(),
                [Ok(eero.clone())],
                "{text}"
            );
        }
    }

    #[test]
    fn a_bad_row_hides_no_good_one() {
        let text = "email,name,role,department,department_role\n\
            a@pine.example,A,leader,,\nno address,B,,,\n,C,,,\n\nd@pine.example,D,king,,\ne@pine.example,E,,it,\n\
            f@pine.example,F,,,viewer\ng@pine.example,G,executive,it,owner\nh@pine.example,H,visitor,,\n";
        let expected = [
            (2, Ok(invitee("a@pine.example", "A", Role::Leader, None))),
            (3, Err("invalid")),
            (4, Err("empty")),
            (6, Err("invalid")),
            (7, Err("role-missing")),
            (8, Err("department-missing")),
            (9, Ok(invitee("g@pine.example", "G", Role::Executive, Some(("it", Role::Owner))))),
            (10, Err("invalid")),
        ];
        assert_eq!(roster(text), expected);
    }

    #[test]
    fn what_is_no_roster_is_rejected() {
        assert_eq!(read(b"name,role\nA,leader\n").unwrap_err().rule, "csv-header");
        let long = format!("email\n{}", "a@pine.example\n".repeat(MOST + 1));
        assert_eq!(read(long.as_bytes()).unwrap_err().rule, "csv-rows");
    }
}
