//! What the SOAP contract is made of: namespaces, kinds of values, members and types, and which of them each of the two
//! addresses has. The tables themselves stand in `types` and `contract`; nothing here knows XML or JSON.

/// A namespace of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ns {
    /// Wrappers and parameters of the operations.
    Service,
    Operational,
    Management,
    Ecom,
    Base,
    Core,
    Arrays,
}

impl Ns {
    /// Every namespace, those that others build on first.
    pub const ALL: [Self; 7] =
        [Self::Arrays, Self::Core, Self::Base, Self::Operational, Self::Management, Self::Ecom, Self::Service];

    pub const fn uri(self) -> &'static str {
        match self {
            Self::Service => "http://tempuri.org/",
            Self::Operational => "http://schemas.datacontract.org/2004/07/CDS.BusinessLayer.Operational",
            Self::Management => "http://schemas.datacontract.org/2004/07/CDS.BusinessLayer.Management",
            Self::Ecom => "http://schemas.datacontract.org/2004/07/CDS.BusinessLayer.Ecom",
            Self::Base => "http://schemas.datacontract.org/2004/07/CDS.BusinessLayer.Base",
            Self::Core => "http://schemas.datacontract.org/2004/07/PTC.BusinessLayer.Core",
            Self::Arrays => "http://schemas.microsoft.com/2003/10/Serialization/Arrays",
        }
    }

    /// The prefix that stands for it in everything written here.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Service => "t",
            Self::Operational => "b",
            Self::Management => "m",
            Self::Ecom => "e",
            Self::Base => "v",
            Self::Core => "c",
            Self::Arrays => "d",
        }
    }
}

/// What a member holds.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    Text,
    Int,
    Decimal,
    Flag,
    Guid,
    Date,
    /// What may be said of a mark: a name in XML, a number in JSON.
    Mark,
    Object(&'static Type),
    /// A list of objects.
    List(&'static Type),
    Texts,
    Ints,
}

/// One member of a type, or one parameter or result of an operation.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    pub name: &'static str,
    pub kind: Kind,
    /// May be nil. What may not has a value in every answer: zero, false, the first date.
    pub nil: bool,
    /// Has to stand in what is sent, by the schema.
    pub required: bool,
    /// Newer than the classic contract.
    pub later: bool,
}

impl Member {
    pub const fn new(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, nil: true, required: false, later: false }
    }

    /// Never nil.
    pub const fn always(mut self) -> Self {
        self.nil = false;
        self
    }

    /// Never nil and never left out.
    pub const fn required(mut self) -> Self {
        self.required = true;
        self.always()
    }

    /// Newer than the classic contract.
    pub const fn later(mut self) -> Self {
        self.later = true;
        self
    }
}

/// A type with members. Those of its base come first, here and in JSON.
#[derive(Debug)]
pub struct Type {
    pub ns: Ns,
    pub name: &'static str,
    pub base: Option<&'static Self>,
    /// Its own, in the order in which they travel.
    pub members: &'static [Member],
    /// Newer than the classic contract, which has its base in its place.
    pub later: bool,
}

impl Type {
    /// The type itself behind those it builds on.
    pub fn chain(&'static self) -> impl Iterator<Item = &'static Self> + Clone {
        let above = self.base.and_then(|base| base.base);
        [above, self.base, Some(self)].into_iter().flatten()
    }
}

/// One operation.
#[derive(Debug)]
pub struct Operation {
    pub name: &'static str,
    /// Parameters in the order in which they travel, the token first.
    pub request: &'static [Member],
    pub response: &'static [Member],
}

/// What an address serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contract {
    /// What clients of the service were made from: nothing newer is ever written, for some of them fail on it.
    Classic,
    /// Every method with every member.
    Full,
}

impl Contract {
    /// Whether a member is part of it.
    pub fn has(self, member: &Member) -> bool {
        self == Self::Full || !member.later
    }

    /// The type that travels for `ty`.
    pub fn form_of(self, ty: &'static Type) -> &'static Type {
        match ty.base {
            Some(base) if ty.later && self == Self::Classic => base,
            _ => ty,
        }
    }

    /// Every member of a type with the namespace it stands in, in the order in which they travel.
    pub fn members(self, ty: &'static Type) -> impl Iterator<Item = (Ns, &'static Member)> + Clone {
        let all = ty.chain().flat_map(|part| part.members.iter().map(|member| (part.ns, member)));
        all.filter(move |(_, member)| self.has(member))
    }

    /// The element that each entry of a list is, with its namespace; `None` for what is no list.
    pub fn entry(self, kind: Kind) -> Option<(Ns, Member)> {
        match kind {
            Kind::List(ty) => {
                let ty = self.form_of(ty);
                Some((ty.ns, Member::new(ty.name, Kind::Object(ty))))
            }
            Kind::Texts => Some((Ns::Arrays, Member::new("string", Kind::Text))),
            Kind::Ints => Some((Ns::Arrays, Member::new("int", Kind::Int).always())),
            _ => None,
        }
    }
}
