//! The output of the macros as snapshots. A line that is added here is added to every receiver or model.

#![allow(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]

use expect_test::{Expect, expect};
use proc_macro2::TokenStream;
use quote::quote;

use crate::root::Root;
use crate::{column, model, receiver, signal};

/// Compares the output after the item. A line ends where a statement or an item ends.
fn check(output: &TokenStream, expected: &Expect) {
    let text = output.to_string();
    let ours =
        text.find("# [:: signals :: __private :: outside_of_impls").or_else(|| text.find("const _")).unwrap_or(0);
    check_text(&text[ours..], expected);
}

fn check_text(text: &str, expected: &Expect) {
    let short = [
        (":: signals :: __private ::", "PRIVATE"),
        (":: signals ::", "SIGNALS"),
        (":: core ::", "CORE"),
        (" :: ", "::"),
        ("; ", ";\n"),
        ("{ ", "{\n"),
        ("} ", "}\n"),
    ];
    let text = short.iter().fold(text.to_owned(), |text, (long, short)| text.replace(long, short));
    let text = without_numbers(&text);
    expected.assert_eq(&format!("{text}\n"));
}

/// The number of a receiver depends on what was expanded before.
fn without_numbers(text: &str) -> String {
    let mut parts = text.split("FunctionName < ");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        text + "FunctionName < NUMBER" + part.trim_start_matches(|c: char| c.is_ascii_digit())
    })
}

#[test]
fn a_receiver() {
    let attribute = quote!(post_save, sender = User, created = true, after = [audit]);
    let item = quote! {
        async fn greet(instance: &User, tx: &mut Tx) -> Result<()> { Ok(()) }
    };
    check(
        &receiver::expand(attribute, item, Root::Facade),
        &expect![[r##"
            # [PRIVATE outside_of_impls (# [doc (hidden)] # [allow (dead_code , non_camel_case_types , missing_copy_implementations , missing_debug_implementations , reason = "it is only a name")] enum greet {
            RunsAfter = {
            use PRIVATE NoReceiver as _ ;
            < () >::RunsAfter as CORE primitive::isize | < audit >::RunsAfter as CORE primitive::isize }
            }
            impl PRIVATE ReceiverName for greet {
            const ID : CORE any::TypeId = CORE any::TypeId::of::< Self > () ;
            }
            impl PRIVATE Selects for greet {
            const SELECTOR : PRIVATE Selector = PRIVATE Selector::receiver::< Self > () ;
            }
            PRIVATE register_receiver ! (RECEIVER_greet , CORE concat ! (CORE module_path ! () , "::" , "greet") , greet , & [< audit as PRIVATE ReceiverName >::ID] , & [] , false , & ["created = true"] , & ["instance" , "tx"] , & [] , CORE option::Option::None , CORE option::Option::None , {
            }
            & < < < < < post_save as PRIVATE SignalName >::Signal as PRIVATE Itself >::Me as PRIVATE SentBy < < User as PRIVATE SenderOf < < post_save as PRIVATE SignalName >::Senders > >::Me > >::Payload as PRIVATE Itself >::Me as PRIVATE Payload >::BIND . filtered (| payload | {
            let payload = & mut PRIVATE NarrowTo::< User >::narrow (payload) ;
            let payload = & * payload ;
            {
            let created = payload . created ;
            let created : CORE primitive::bool = created ;
            created == true }
            }
            , PRIVATE Call::Async (| payload | {
            let function = greet ;
            let payload = PRIVATE NarrowTo::< User >::narrow (payload) ;
            let instance = & * payload . instance ;
            let instance : & User = instance ;
            let tx = & mut * payload . tx ;
            let tx : & mut Tx = tx ;
            let greet = function (instance , tx) ;
            let _ : & (dyn CORE marker::Send + '_) = & greet ;
            < Result < () > as PRIVATE Returns < _ , _ > >::into_future (PRIVATE NOTHING , greet) }
            , ()))) ;)] impl () {
            }
        "##]],
    );
}

#[test]
fn a_durable_receiver() {
    let attribute = quote!(post_commit, sender = User, created = true, durable, retries = 5, key = country);
    let item = quote! {
        async fn count(instance: &User, tx: &mut Tx) {}
    };
    check(
        &receiver::expand(attribute, item, Root::Facade),
        &expect![[r##"
            # [PRIVATE outside_of_impls (# [doc (hidden)] type count = PRIVATE FunctionName < NUMBERu64 > ;
            PRIVATE register_receiver ! (RECEIVER_count , CORE concat ! (CORE module_path ! () , "::" , "count") , count , & [] , & [] , false , & ["created = true"] , & ["instance" , "tx"] , & [] , CORE option::Option::None , CORE option::Option::Some (& const {
            PRIVATE Durability::NEW . retries (5u32) . key ("country") . with_tx () }) , {
            }
            & < < PRIVATE DurableOf < < < < post_commit as PRIVATE SignalName >::Signal as PRIVATE Itself >::Me as PRIVATE SentBy < < User as PRIVATE SenderOf < < post_commit as PRIVATE SignalName >::Senders > >::Me > >::Payload > as PRIVATE Itself >::Me as PRIVATE Payload >::BIND . filtered (| delivered | {
            let payload = delivered . payload_mut () ;
            let payload = & mut PRIVATE NarrowTo::< User >::narrow (payload) ;
            let payload = & * payload ;
            let holds = {
            let created = payload . created ;
            let created : CORE primitive::bool = created ;
            created == true }
            ;
            let key = CORE primitive::bool::then (holds , || {
            let country = & payload . instance . country ;
            PRIVATE KeyColumn::key_of_column (country) }) ;
            PRIVATE set_key (delivered , key) ;
            holds }
            , PRIVATE Call::Async (| delivered | {
            let mut parts = PRIVATE parts_with_tx (delivered) ;
            let count = async move {
            let parts = & mut parts ;
            let payload = & mut * parts . payload ;
            let payload = & mut PRIVATE NarrowTo::< User >::narrow (payload) ;
            let (function , asked) = (count , PRIVATE NOTHING) ;
            let instance = & payload . instance ;
            let instance : & User = instance ;
            let tx = & mut parts . tx ;
            let tx : & mut Tx = tx ;
            < () as PRIVATE Returns < _ , _ > >::into_reply (asked , function (instance , tx) . await) }
            ;
            let _ : & (dyn CORE marker::Send + '_) = & count ;
            PRIVATE receiver_future (count) }
            , ()))) ;)] impl () {
            }
        "##]],
    );
}

#[test]
fn a_durable_signal() {
    let attribute = quote!(durable, version = 2, upcast = from_v1);
    let item = quote! {
        struct OrderPaid { order: Id<Order>, amount: u64 }
    };
    let output = signal::expand(attribute, item, Root::Facade).to_string();
    // What it has next to any other signal.
    let added = output.split_once("impl OrderPaid {").map_or("", |(_, added)| added);
    let added = added.split_once(":: signals :: __private :: register ! (SIGNAL").map_or("", |(added, _)| added);
    check_text(
        &format!("impl OrderPaid {{{added}"),
        &expect![[r#"
            impl OrderPaid {
            # [doc = r" The receivers of this signal."] const SIGNAL : & 'static PRIVATE Signal < OrderPaid > = & PRIVATE Signal::of (& STATE) ;
            # [doc = r" Sends it in this transaction: calls every receiver that is not durable at once, in order, and stores it for the durable"] # [doc = r" ones, which are called after the commit."] # [doc = r""] # [doc = r" # Errors"] # [doc = r""] # [doc = r" If a receiver fails, if a field cannot be stored, or if the database refuses. Then the transaction cannot commit."] # [allow (dead_code , unreachable_pub , unused_qualifications , reason = "it has the location of the struct")] async fn send (self , tx : & mut SIGNALS Tx) -> CORE result::Result < () , SIGNALS Error > {
            PRIVATE send_durable (self , tx) . await }
            }
            static DURABLE : PRIVATE SignalState < PRIVATE DurableOf < OrderPaid >> = PRIVATE SignalState::without_senders () ;
            const __FIELD_0 : PRIVATE StoredField < Id < Order > > = < Id < Order > as PRIVATE DurableField >::STORED ;
            const __FIELD_1 : PRIVATE StoredField < u64 > = < u64 as PRIVATE DurableField >::STORED ;
            impl PRIVATE DurableSignal for OrderPaid {
            const NAME : & 'static CORE primitive::str = "OrderPaid" ;
            const VERSION : CORE primitive::u32 = 2u32 ;
            fn upcast (version : CORE primitive::u32 , fields : & mut PRIVATE Fields) {
            let function : fn (CORE primitive::u32 , & mut PRIVATE Fields) = from_v1 ;
            function (version , fields) }
            fn write (& self , fields : & mut PRIVATE Fields) -> CORE result::Result < () , PRIVATE DurableFieldError > {
            __FIELD_0 . write (& self . order , "order" , fields) ? ;
            __FIELD_1 . write (& self . amount , "amount" , fields) ? ;
            CORE result::Result::Ok (()) }
            fn read (fields : & mut PRIVATE Fields) -> CORE result::Result < Self , PRIVATE DurableFieldError > {
            CORE result::Result::Ok (Self {
            order : __FIELD_0 . read (fields , "order") ? , amount : __FIELD_1 . read (fields , "amount") ? , }) }
            fn state () -> & 'static PRIVATE SignalState < Self > {
            & STATE }
            fn durable_state () -> & 'static PRIVATE SignalState < PRIVATE DurableOf < Self >> {
            & DURABLE }
            }
            PRIVATE register ! (DURABLE_ENTRY , PRIVATE Entry::Declared {
            module : CORE module_path ! () , value : & PRIVATE DurableChannel::of::< OrderPaid > () , }) ;

        "#]],
    );
}

#[test]
fn a_signal() {
    let item = quote! {
        pub struct OrderPaid<'a> { order: &'a Order }
    };
    check(
        &signal::expand(quote!(), item, Root::Facade),
        &expect![[r#"
            const _ : () = {
            static STATE : PRIVATE SignalState < OrderPaid < 'static > > = PRIVATE SignalState::without_senders () ;
            impl PRIVATE Payload for OrderPaid < 'static > {
            type Of < 'a > = OrderPaid < 'a > ;
            type Output = () ;
            type Mode = PRIVATE Synchronous ;
            type Any = Self ;
            type Lending = PRIVATE Same ;
            const SIGNAL : & 'static CORE primitive::str = "OrderPaid" ;
            const MODULE : CORE option::Option < & 'static CORE primitive::str > = CORE option::Option::Some (CORE module_path ! ()) ;
            const ALWAYS_CALLED : CORE primitive::bool = true ;
            }
            impl PRIVATE SignalName for OrderPaid < '_ > {
            type Signal = Self ;
            type Senders = PRIVATE NoSenders ;
            }
            impl PRIVATE InTransaction for OrderPaid < '_ > {
            type Signal = Self ;
            }
            impl PRIVATE OutsideTransaction for OrderPaid < '_ > {
            type Signal = Self ;
            }
            impl PRIVATE HasNoRawWrites for OrderPaid < '_ > {
            type Signal = Self ;
            }
            impl PRIVATE LendsMutably for OrderPaid < '_ > {
            type Signal = Self ;
            }
            impl < __Sender : ? CORE marker::Sized > PRIVATE FromAnySender < __Sender > for OrderPaid < '_ > {
            type Signal = Self ;
            }
            impl PRIVATE Selects for OrderPaid < '_ > {
            const SELECTOR : PRIVATE Selector = PRIVATE Selector::signal::<< Self as PRIVATE Sent >::Payload > () ;
            }
            impl < __Sender : ? CORE marker::Sized > PRIVATE FromAnyType < __Sender > for OrderPaid < '_ > {
            type Signal = Self ;
            }
            impl < __Sender : ? CORE marker::Sized , __Instance : ? CORE marker::Sized > PRIVATE LendsInstance < __Sender , __Instance > for OrderPaid < '_ > {
            type Instance = __Instance ;
            }
            impl PRIVATE CustomSignal for OrderPaid < '_ > {
            type Payload = OrderPaid < 'static > ;
            }
            impl OrderPaid < '_ > {
            # [doc = r" The receivers of this signal."] pub const SIGNAL : & 'static PRIVATE Signal < OrderPaid < 'static > > = & PRIVATE Signal::of (& STATE) ;
            # [doc = r" Calls every receiver in order;
            stops at the first that fails and returns its error."] # [inline] pub fn send (self) -> CORE result::Result < () , PRIVATE SignalError > {
            PRIVATE synchronous::send (& STATE , self) }
            # [doc = r" Calls every receiver, whatever the others do, and reports the result of each."] pub fn send_robust (self ,) -> CORE result::Result < PRIVATE ReceiverResults < () > , PRIVATE SignalError > {
            PRIVATE synchronous::send_robust (& STATE , self) }
            # [doc = r" Calls every receiver in order and gives each output to `fold`, until it breaks or a receiver fails."] pub fn send_with < __B : CORE marker::Send > (self , fold : impl CORE ops::FnMut (& PRIVATE ReceiverId , ()) -> CORE ops::ControlFlow < __B > ,) -> CORE result::Result < CORE option::Option < __B > , PRIVATE SignalError > {
            PRIVATE synchronous::send_with (& STATE , self , fold) }
            # [doc = r" Calls every receiver in order and collects their outputs;
            stops at the first that fails."] pub fn collect (self) -> CORE result::Result < PRIVATE Vec < () > , PRIVATE SignalError > {
            PRIVATE synchronous::collect (& STATE , self) }
            }
            impl PRIVATE OwnedSignal for OrderPaid < 'static > {
            # [inline] fn has_receivers () -> CORE primitive::bool {
            (& STATE) . has_receivers () }
            # [inline] fn send_reporting (self , report : & mut (dyn CORE ops::FnMut (PRIVATE SignalError) + CORE marker::Send) ,) -> impl CORE future::Future < Output = () > + CORE marker::Send {
            async move {
            PRIVATE synchronous::send_reporting (& STATE , self , report) }
            }
            }
            PRIVATE register ! (SIGNAL_ENTRY , PRIVATE Entry::Declared {
            module : CORE module_path ! () , value : & PRIVATE SignalDeclaration {
            name : "OrderPaid" , module : CORE module_path ! () }
            , }) ;
            }
            ;
        "#]],
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "it is what the macro writes")]
fn a_model() {
    let item = quote! {
        #[derive(Serialize, Default)]
        pub struct Profile {
            #[key] #[serde(skip)] id: Id<Self>,
            #[one_to_one(on_delete = cascade)] user: Id<User>,
            #[unique] #[default(name())] name: String,
        }
    };
    check(
        &model::expand(quote!(), item, Root::Facade),
        &expect![[r#"
            const _ : () = {
            struct Columns {
            id : & 'static PRIVATE ColumnFunctions < Id < Profile > > , user : & 'static PRIVATE ColumnFunctions < Id < User > > , name : & 'static PRIVATE ColumnFunctions < String > , }
            const COLUMNS : & Columns = & Columns {
            id : < Id < Profile > as PRIVATE KeyOf < Profile > >::FUNCTIONS , user : < Id < User > as PRIVATE PointsTo >::FUNCTIONS , name : < String as SIGNALS Column >::FUNCTIONS , }
            ;
            const FIELDS : & [PRIVATE Field] = & [PRIVATE Field::new ("id" , "id" , COLUMNS . id) . key (<< Profile as PRIVATE ModelInternals >::PrimaryKey as PRIVATE Key >::ASSIGNED) , PRIVATE Field::new ("user" , "user_id" , COLUMNS . user) . relation (PRIVATE RelationKind::OneToOne , PRIVATE OnDelete::Cascade , < < < < < PRIVATE Answered < {
            < Profile as PRIVATE ModelInternals >::ANSWERED }
            > as PRIVATE PointerIf < Id < User > >>::Target as PRIVATE Itself >::Me as SIGNALS Model >::Key as PRIVATE Itself >::Me as PRIVATE KeyFor < Id < User > , < PRIVATE Answered < {
            < Profile as PRIVATE ModelInternals >::ANSWERED }
            > as PRIVATE PointerIf < Id < User > >>::Target > >::META) , PRIVATE Field::new ("name" , "name" , COLUMNS . name) . unique ()] ;
            static META : PRIVATE Meta = PRIVATE Meta::new::< Profile > (("Profile" , CORE module_path ! () , "profiles") , (CORE file ! () , CORE line ! () , CORE column ! ()) , FIELDS , 0usize ,) . validation ({
            use PRIVATE NotValidated as _ ;
            PRIVATE Validated::< Profile >::VALIDATION }) . accessors (& [PRIVATE Accessor::new ("user" , "user" , PRIVATE AccessorOwner::Itself) , PRIVATE Accessor::new ("profile" , "user" , PRIVATE AccessorOwner::TargetOf (1usize))]) ;
            impl PRIVATE SendsSignals for Profile {
            type Me = Self ;
            const NOT_IN_CHANGED : & 'static [(& 'static CORE primitive::str , PRIVATE NotInChanged)] = & [("id" , PRIVATE NotInChanged::Key)] ;
            }
            impl PRIVATE SendsLifecycle for Profile {
            }
            impl PRIVATE AnyRow for Profile {
            fn any_meta (& self) -> & 'static PRIVATE Meta {
            & META }
            fn column (& self , index : CORE primitive::usize) -> & dyn PRIVATE AnyColumn {
            match index {
            0usize => (COLUMNS . id . any) (& self . id) , 1usize => (COLUMNS . user . any) (& self . user) , _ => (COLUMNS . name . any) (& self . name) }
            }
            fn column_mut (& mut self , index : CORE primitive::usize) -> & mut dyn PRIVATE AnyColumn {
            match index {
            0usize => (COLUMNS . id . any_mut) (& mut self . id) , 1usize => (COLUMNS . user . any_mut) (& mut self . user) , _ => (COLUMNS . name . any_mut) (& mut self . name) }
            }
            fn boxed_columns (& self) -> PRIVATE Box < dyn PRIVATE AnyModel > {
            PRIVATE Box::new (PRIVATE ModelInternals::clone_columns (self)) }
            }
            impl PRIVATE ModelInternals for Profile {
            type PrimaryKey = < PRIVATE Answered < {
            PRIVATE answered (COLUMNS) }
            > as PRIVATE KeyIf < Id < Profile > >>::Key ;
            fn primary_key (& self) -> & Self::PrimaryKey {
            & self . id }
            fn value_in_new_rows (index : CORE primitive::usize) -> CORE option::Option < PRIVATE Value > {
            CORE option::Option::Some (match index {
            2usize => CORE convert::Into::into (PRIVATE AnyColumn::any_value ((COLUMNS . name . any) (& < Self as PRIVATE DefaultOf < PRIVATE FieldIndex < 2usize > , String >>::value ()))) , _ => return CORE option::Option::None }) }
            type AutomaticColumns = (Id < Profile > ,) ;
            const MODEL : & 'static PRIVATE Meta = & META ;
            const COLUMN_COUNT : CORE primitive::usize = 3usize ;
            const ANSWERED : CORE primitive::bool = {
            let _ = < < < PRIVATE Answered < {
            PRIVATE answered (COLUMNS) }
            > as PRIVATE PointerIf < Id < User > >>::Target as PRIVATE Itself >::Me as SIGNALS Model >::save ;
            PRIVATE answered (COLUMNS) }
            ;
            fn from_columns (row : & SIGNALS db::Row < '_ >) -> SIGNALS Result < Self > {
            CORE result::Result::Ok (Self {
            id : match row . read (0usize , COLUMNS . id . from_value) {
            CORE result::Result::Ok (value) => value , CORE result::Result::Err (value) => return CORE result::Result::Err (value) , }
            , user : match row . read (1usize , COLUMNS . user . from_value) {
            CORE result::Result::Ok (value) => value , CORE result::Result::Err (value) => return CORE result::Result::Err (value) , }
            , name : match row . read (2usize , COLUMNS . name . from_value) {
            CORE result::Result::Ok (value) => value , CORE result::Result::Err (value) => return CORE result::Result::Err (value) , }
            , }) }
            fn clone_columns (& self) -> Self {
            Self {
            id : (COLUMNS . id . duplicate) (& self . id) , user : (COLUMNS . user . duplicate) (& self . user) , name : (COLUMNS . name . duplicate) (& self . name) , }
            }
            fn automatic_columns (& self) -> Self::AutomaticColumns {
            ((COLUMNS . id . duplicate) (& self . id) ,) }
            fn restore_columns (& mut self , columns : Self::AutomaticColumns) {
            (self . id ,) = columns ;
            }
            }
            impl SIGNALS Model for Profile {
            type Key = < Self as PRIVATE ModelInternals >::PrimaryKey ;
            }
            impl SIGNALS db::FromRow for Profile {
            fn from_row (row : & SIGNALS db::Row < '_ >) -> SIGNALS Result < Self > {
            PRIVATE row_by_name (row) }
            fn rows (query : PRIVATE Query < '_ >) -> PRIVATE BoxFuture < '_ , SIGNALS Result < PRIVATE Vec < Self >> > {
            PRIVATE rows_by_name (query) }
            }
            impl PRIVATE DefaultOf < PRIVATE FieldIndex < 2usize > , String > for Profile {
            fn value () -> String {
            let value : String = name () ;
            value }
            }
            # [automatically_derived] impl CORE default::Default for Profile {
            fn default () -> Self {
            Self {
            id : < Id < Profile > as CORE default::Default >::default () , user : < Id < User > as CORE default::Default >::default () , name : < Self as PRIVATE DefaultOf < PRIVATE FieldIndex < 2usize > , String >>::value () , }
            }
            }
            # [doc = "The columns of [`Profile`] in queries."] # [allow (dead_code , private_interfaces , missing_debug_implementations)] pub struct ProfileColumns {
            # [doc = "This field."] pub id : PRIVATE ColumnOf < Profile , Id < Profile > > , # [doc = "This field."] pub user : PRIVATE ColumnOf < Profile , Id < User > > , # [doc = "This field."] pub name : PRIVATE ColumnOf < Profile , String > , }
            impl PRIVATE HasColumns for Profile {
            type Columns = ProfileColumns ;
            const COLUMNS : ProfileColumns = ProfileColumns {
            id : PRIVATE ColumnOf::at (0usize) , user : PRIVATE ColumnOf::at (1usize) , name : PRIVATE ColumnOf::at (2usize) , }
            ;
            const BORROWED : & 'static ProfileColumns = & Self::COLUMNS ;
            }
            # [doc = "The fields of [`Profile`] but for its key."] # [derive (CORE marker::Copy , CORE fmt::Debug)] # [allow (dead_code)] pub struct ProfileFields {
            # [doc = "This field."] pub user : PRIVATE FieldSet < Profile > , # [doc = "This field."] pub name : PRIVATE FieldSet < Profile > , }
            # [automatically_derived] impl CORE clone::Clone for ProfileFields {
            fn clone (& self) -> Self {
            * self }
            }
            # [allow (dead_code , private_interfaces , unreachable_pub , clippy::needless_lifetimes , clippy::wrong_self_convention ,)] impl Profile {
            # [doc = r" The fields of this model, each as a set with one field, for `save_fields`."] # [must_use] pub const fn fields () -> ProfileFields {
            ProfileFields {
            user : PRIVATE FieldSet::of (1usize) , name : PRIVATE FieldSet::of (2usize) , }
            }
            # [doc = "The row whose `user` is this, if there is one."] # [track_caller] pub fn by_user < 'a > (executor : & 'a dyn SIGNALS Executor , value : Id < User > ,) -> impl CORE future::Future < Output = SIGNALS Result < CORE option::Option < Self >> > + 'a + CORE marker::Send {
            PRIVATE by_field (executor , 1usize , value , COLUMNS . user . any) }
            # [doc = "The row whose `name` is this, if there is one."] # [track_caller] pub fn by_name < 'a > (executor : & 'a dyn SIGNALS Executor , value : & 'a CORE primitive::str ,) -> impl CORE future::Future < Output = SIGNALS Result < CORE option::Option < Self >> > + 'a + CORE marker::Send {
            PRIVATE by_text (executor , 2usize , value) }
            # [doc = "The row that `user` points to."] # [track_caller] pub fn user < 'a > (& 'a self , executor : & 'a dyn SIGNALS Executor) -> impl CORE future::Future < Output = SIGNALS Result < < PRIVATE Answered < {
            < Profile as PRIVATE ModelInternals >::ANSWERED }
            > as PRIVATE PointerIf < Id < User > >>::Loaded > > + 'a + CORE marker::Send {
            < < < PRIVATE Answered < {
            < Profile as PRIVATE ModelInternals >::ANSWERED }
            > as PRIVATE PointerIf < Id < User > >>::Target as PRIVATE Itself >::Me as SIGNALS Model >::__follow (executor , < PRIVATE Answered < {
            < Profile as PRIVATE ModelInternals >::ANSWERED }
            > as PRIVATE PointerIf < Id < User > >>::pointer (& self . user) , ("Profile" , "user") , < PRIVATE Answered < {
            < Profile as PRIVATE ModelInternals >::ANSWERED }
            > as PRIVATE PointerIf < Id < User > >>::loaded) }
            }
            PRIVATE register ! (MODEL_ENTRY , PRIVATE Entry::Declared {
            module : CORE module_path ! () , value : & META }) ;
            }
            ;
            # [doc = "The other side of the relation in the closures of queries."] # [allow (private_interfaces , dead_code)] pub trait ProfileByUserInQueries {
            # [doc = "The rows that point to the row."] fn profile (& self) -> PRIVATE RowThatPoints < < PRIVATE Answered < {
            < Profile as PRIVATE ModelInternals >::ANSWERED }
            > as PRIVATE PointerIf < Id < User > >>::Target , Profile > ;
            }
            # [allow (private_interfaces)] const _ : () = {
            impl ProfileByUserInQueries for < < PRIVATE Answered < {
            < Profile as PRIVATE ModelInternals >::ANSWERED }
            > as PRIVATE PointerIf < Id < User > >>::Target as PRIVATE HasColumns >::Columns {
            fn profile (& self) -> PRIVATE RowThatPoints < < PRIVATE Answered < {
            < Profile as PRIVATE ModelInternals >::ANSWERED }
            > as PRIVATE PointerIf < Id < User > >>::Target , Profile > {
            PRIVATE RowThatPoints::at (1usize) }
            }
            }
            ;
            # [doc = "The other side of [`Profile`]'s `user`."] pub trait ProfileByUser {
            # [doc = "The `Profile` whose `user` is this row, if there is one."] # [track_caller] fn profile < 'a > (& 'a self , executor : & 'a dyn SIGNALS Executor) -> impl CORE future::Future < Output = SIGNALS Result < CORE option::Option < Profile > >> + CORE marker::Send + 'a ;
            }
            # [allow (private_interfaces)] const _ : () = {
            impl ProfileByUser for < PRIVATE Answered < {
            < Profile as PRIVATE ModelInternals >::ANSWERED }
            > as PRIVATE PointerIf < Id < User > >>::Target {
            # [track_caller] fn profile < 'a > (self : & 'a < PRIVATE Answered < {
            < Profile as PRIVATE ModelInternals >::ANSWERED }
            > as PRIVATE PointerIf < Id < User > >>::Target , executor : & 'a dyn SIGNALS Executor) -> impl CORE future::Future < Output = SIGNALS Result < CORE option::Option < Profile > >> + CORE marker::Send + 'a {
            < < < PRIVATE Answered < {
            < Profile as PRIVATE ModelInternals >::ANSWERED }
            > as PRIVATE PointerIf < Id < User > >>::Target as PRIVATE Itself >::Me as SIGNALS Model >::__one_that_points (self , executor , 1usize) }
            }
            }
            ;
            const _ : () = {
            impl PRIVATE PointsOnceTo < < PRIVATE Answered < {
            < Profile as PRIVATE ModelInternals >::ANSWERED }
            > as PRIVATE PointerIf < Id < User > >>::Target , PRIVATE FieldIndex < 1usize >> for Profile {
            type Me = Self ;
            }
            }
            ;
        "#]],
    );
}

#[test]
fn the_attributes_of_others_stay() {
    let item = quote! {
        #[serde(rename_all = "camelCase")]
        struct User { #[serde(skip)] #[key] id: Id<User> }
    };
    let output = model::expand(quote!(), item, Root::Facade).to_string();
    let (item, _) = output.split_once("const _").unwrap();
    let kept = r#"# [serde (rename_all = "camelCase")] struct User { # [serde (skip)] id : Id < User > }"#;
    assert_eq!(item.trim(), kept);
}

#[test]
fn a_column() {
    let choice = quote! {
        enum Status { Open, #[column(name = "done")] Closed }
    };
    check(
        &column::expand(choice, Root::Facade),
        &expect![[r#"
            impl SIGNALS Column for Status where Status : CORE clone::Clone {
            const TYPE : PRIVATE ColumnType = PRIVATE ColumnType::Text ;
            fn to_value (& self) -> PRIVATE ValueRef < '_ > {
            PRIVATE ValueRef::Text (match self {
            Self::Open => "open" , Self::Closed => "done" , }) }
            fn from_value (value : PRIVATE ValueRef < '_ >) -> CORE result::Result < Self , PRIVATE ColumnError > {
            match value {
            PRIVATE ValueRef::Text ("open") => CORE result::Result::Ok (Self::Open) , PRIVATE ValueRef::Text ("done") => CORE result::Result::Ok (Self::Closed) , _ => CORE result::Result::Err (PRIVATE ColumnError::one_of (& ["open" , "done"] , value)) , }
            }
            }
        "#]],
    );
    let wrapper = quote! { struct Celsius(f64); };
    check(
        &column::expand(wrapper, Root::Facade),
        &expect![[r#"
            const _ : () = {
            const FUNCTIONS : & PRIVATE ColumnFunctions < f64 > = < f64 as SIGNALS Column >::FUNCTIONS ;
            impl SIGNALS Column for Celsius where Celsius : CORE clone::Clone {
            const TYPE : PRIVATE ColumnType = FUNCTIONS . ty ;
            const NULLABLE : CORE primitive::bool = FUNCTIONS . nullable ;
            const IS_SECRET : CORE primitive::bool = FUNCTIONS . is_secret ;
            fn to_value (& self) -> PRIVATE ValueRef < '_ > {
            PRIVATE AnyColumn::any_value ((FUNCTIONS . any) (& self . 0)) }
            fn from_value (value : PRIVATE ValueRef < '_ >) -> CORE result::Result < Self , PRIVATE ColumnError > {
            CORE result::Result::map ((FUNCTIONS . from_value) (value) , Self) }
            fn settle (& mut self) {
            PRIVATE AnyColumn::settle_any ((FUNCTIONS . any_mut) (& mut self . 0)) }
            }
            }
            ;
        "#]],
    );
}

/// What `sender` adds to a signal that is known from above: how the fields of its payload are narrowed.
#[test]
fn a_signal_with_senders() {
    let item = quote! {
        struct Saved<'a, M: ?Sized> { instance: &'a M, created: bool, tx: &'a mut Tx }
    };
    let output = signal::expand(quote!(async, sender), item, Root::Facade).to_string();
    let (_, narrowing) = output.split_once("NarrowTo <").unwrap();
    let (narrowing, _) = narrowing.split_once("impl < M").unwrap();
    check(
        &format!("impl NarrowTo <{narrowing}").parse().unwrap(),
        &expect![[r#"
        impl NarrowTo < '__n , M > for Saved < 'a , dyn CORE any::Any + CORE marker::Send + CORE marker::Sync > {
        type Narrowed = Saved < '__n , M > ;
        fn narrow (& '__n mut self) -> Saved < '__n , M > {
        Saved {
        instance : PRIVATE downcast_ref ({
        let sender = & * self . instance ;
        let any : & (dyn CORE any::Any + 'static) = & * sender ;
        any }) , created : < PRIVATE FieldType < bool > as PRIVATE CopiedField < bool > >::copied (& self . created) , tx : & mut * self . tx , }
        }
        }
        # [inline] fn widened < 'a , M : CORE any::Any + CORE marker::Send + CORE marker::Sync + 'static > (payload : Saved < 'a , M >) -> Saved < 'a , dyn CORE any::Any + CORE marker::Send + CORE marker::Sync > {
        Saved {
        instance : payload . instance , created : payload . created , tx : payload . tx , }
        }
    "#]],
    );
}
