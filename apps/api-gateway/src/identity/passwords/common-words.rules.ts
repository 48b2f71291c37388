/** Words that the commonest passwords are made of, in lower case; the commonest of leaked lists, as everybody knows them. */
export const COMMON_WORDS: ReadonlySet<string> = new Set(
  `
  password passwort passwd pass pasword contraseña senha motdepasse parola azerty qwertz letmein welcome willkommen bienvenue
  admin administrator root login user guest default changeme change temp test tester testing secret access master trustno
  hello hallo hola ciao bonjour love loveme iloveyou iloveu loveyou lovelove lovers lovely iloveme teamo jetaime honey sweet angel
  dragon monkey shadow sunshine princess princesa superman batman spiderman ironman starwars pokemon pikachu minecraft naruto
  fortnite roblox football baseball basketball softball soccer hockey tennis cricket golfer lakers yankees steelers cowboys eagles
  patriots packers raiders redskins broncos dolphins panthers vikings giants rangers liverpool chelsea arsenal everton barcelona
  realmadrid juventus manchester manutd united champion michael jordan jennifer jessica michelle ashley daniel thomas charlie
  andrew andrea robert matthew joshua anthony nicole amanda samantha elizabeth jonathan alexander alexandra alexande william
  hannah justin george martin maria marina natasha victoria veronica stephanie christina christine christian patricia
  elizabet kimberly danielle caroline benjamin nicholas francis franklin frederic gabriel isabella valentin valentina virginia
  vladimir svetlana anastasia kristina courtney brittany madison mitchell marshall anderson williams stephen phillip catherine
  computer internet facebook linkedin google samsung iphone windows microsoft apple android myspace youtube twitter instagram
  whatsapp adobe photoshop macromedia oracle cisco server network database system security private online digital
  freedom forever friends friend family mother father brother sister babygirl babyboy baby daddy money lucky happy
  flower butterfly rainbow chocolate cookie cheese banana orange peanut pepper ginger strawberry snickers popcorn
  summer winter spring autumn january february march april june july august september october november december
  monday tuesday wednesday thursday friday saturday sunday hunter killer buster harley mustang corvette ferrari porsche
  mercedes yamaha kawasaki toyota chevelle camaro diamond silver golden crystal thunder phoenix matrix merlin falcon maverick
  whatever nothing something anything everything trouble midnight darkness darkside nirvana metallic metallica slipknot
  marlboro cocacola heineken guinness budlight nintendo playstation xbox gateway compaq warcraft counter strike gandalf startrek
  stargate voyager predator scarface godzilla garfield simpsons snowball bulldog bulldogs wildcat wildcats elephant penguin
  dolphin scorpion scorpio tigger snoopy mickey turtle kitten puppy bailey maggie hardcore bigdaddy bigdick fuckyou fuckoff fuckme
  asshole bullshit shithead jackass dickhead butthead pussy bitch blowjob bigtits sexy sexsex playboy hooters hotdog rosebud
  success creative platinum phantom explorer paradise infinity destiny trinity eclipse enigma einstein genesis mountain
  michigan carolina colorado california florida america american australia canada england scotland ireland brooklyn newyork
  chicago boston dallas london paris lasvegas montana pakistan india russia brazil mexico germany deutschland france schalke
  hamburg berlin munchen schatz liebe sommer hallo frankfurt killer lacrosse airborne semperfi marines warrior captain
  maryjane peekaboo poohbear pumpkin precious princess sweetie sweetheart beautiful handsome gorgeous superstar rockstar
  skywalker chewbacca millennium mercury jupiter saturn apollo challenge football skateboard snowboard guitar drummer
  logitech motorola passport pearljam rolltide redwings redsox bollocks westside cherokee alexandr wolfpack drowssap swordfish swordfis liverpoo spitfire spiderma wolverin
  wolverine loverboy cardinal electric lifehack cambiami dearbook unknown target klaster freeuser gfhjkm ghbdtn vfhbyf
  yfnfif fylhtq fktrcfylh vfrcbv woaini tianya blink182 bond007 ncc1701 rush2112 usuckballz1 rasdzv3 4815162342 8675309
  thx1138 jesus christ jesuschrist blessed heaven godisgood maxwell
  `
    .trim()
    .split(/\s+/),
);

/** Rows and columns of keys, the alphabet and the digits: what fingers follow, in either direction. */
export const WALKS: readonly string[] = [
  '012345678901234567890',
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiop',
  'qwertzuiop',
  'azertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'yxcvbnm',
  'qwasdzxc',
  '12qwaszx',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p',
  '1qazxsw23edcvfr45tgbnhy67ujm',
  'qazwsxedcrfvtgbyhnujm',
  '1q2w3e4r5t6y7u8i9o0p',
  'q1w2e3r4t5y6u7i8o9p0',
  'a1b2c3d4e5f6',
  '1a2b3c4d5e6f',
  '112233445566778899',
  '147258369',
  '741852963',
  '789456123',
  '1593570',
  '159753',
];
