// A model may point to itself, and two models to each other.
use signals::prelude::*;

#[model]
#[derive(Default)]
struct Employee {
    #[key]
    id: Id<Employee>,
    #[foreign_key(on_delete = set_null, related_name = "reports")]
    manager: Option<Id<Employee>>,
    #[one_to_one(on_delete = cascade)]
    mentor_id: Option<Id<Employee>>,
    #[many_to_many(related_name = "mentored")]
    projects: ManyToMany<Department>,
    #[foreign_key(on_delete = set_null)]
    department: Option<Id<Department>>,
}

#[model]
#[derive(Default)]
struct Department {
    #[key]
    id: Id<Department>,
    #[foreign_key(on_delete = protect, related_name = "leads")]
    head: Option<Id<Employee>>,
}

pub(super) async fn main() -> Result<()> {
    let db = Db::connect("sqlite::memory:").await?;
    db.create_tables_of::<(Employee, Department)>().await?;
    let mut ann = Employee::default();
    ann.save(&db).await?;
    let mut sales = Department { head: Some(ann.id), ..Department::default() };
    sales.save(&db).await?;
    let manager = Some(ann.id);
    let mut bob = Employee { manager, mentor_id: manager, department: Some(sales.id), ..Employee::default() };
    bob.save(&db).await?;
    assert_eq!(ann.reports(&db).await?.len(), 1);
    assert_eq!(ann.employee(&db).await?.map(|bob| bob.id), Some(bob.id));
    assert_eq!(bob.mentor(&db).await?.map(|ann| ann.id), Some(ann.id));
    assert_eq!(bob.department(&db).await?.unwrap().head(&db).await?.unwrap().id, ann.id);
    assert_eq!((ann.leads(&db).await?.len(), sales.employee_set(&db).await?.len()), (1, 1));
    assert!(Employee::by_mentor_id(&db, ann.id).await?.is_some());
    bob.projects().add(&db, [sales.id]).await?;
    assert_eq!(sales.mentored().ids(&db).await?, [bob.id]);
    Ok(())
}
