# ruff: noqa: E501 - a line of the tables is a line of a page
"""Two tables, in our own words: lines that saved pages of news sites carry, and sentences that look like them.

The first follows the habits of some forty kinds of outlets (news agencies, broadcasters, monitors, local papers
in ten languages). A line may be moved between the two only for a reason; what is not solved is an ``xfail``.
"""

from __future__ import annotations

import pytest

from pipeline.ingest.noise.rules import noise_reason

NOISE = {
    "link": """
Original article: https://harbour.example/1
""",
    "byline": """
By Grace Wanjiru and Reuters
BY GRACE WANJIRU, POLITICAL EDITOR
Grace Wanjiru, Political Editor
By Grace Wanjiru in Nakuru and Paul Otieno in Kisumu
Story: Grace Wanjiru
(Writing by Paul Otieno; Editing by Grace Wanjiru)
Editing by Paul Otieno
Compiled by Paul Otieno
Reportage: Grace Wanjiru
Von Grace Wanjiru, Nairobi
Por Lucía Gómez / Ciudad Vieja
Por EFE
Texto y fotos: Lucía Gómez
Editing by Paul Otieno; Translated from Swahili by Grace Wanjiru
By Sam Okoro
By Sam Okoro, Lagos
by Sam Okoro
By Sam Okoro | May 3, 2021
By Sam Okoro May 3, 2021 10:22 am
By Sam Okoro and Rita Bello, Abuja
From Sam Okoro, Lagos
Sam Okoro, Lagos
SAM OKORO
Special to Harbour News
Harbour News Service
Harbour News Bureau
Our Reporter
By Our Reporter
Reporting by Sam Okoro in Lagos; Additional reporting by Rita Bello in Abuja; Writing by Tom Hall; Editing by May Lee
Edited by Tom Hall and Joshua Lipes.
Translated by Claire Lee. Edited by Tom Hall and Mat Pen.
Sam Okoro is a reporter for Harbour News covering justice.
With files from The Canadian Press
— With files from Tom Hall
(With inputs from PTI)
By a Harbour News reporter
By our correspondent in the valley
By Harbour News Staff
By our special correspondent
By Ana Perez for Harbour News
By Ana Perez in Port Elm
By Ana Perez | Harbour News
By ANA PEREZ, Associated Press
By Ana Perez and Tom Hall, Harbour Bureau
BY ANA PEREZ
By: Ana Perez
By Agence France-Presse
By Harbour Service for Radio East
Ana Perez | Harbour News
Written by Ana Perez
Words by Ana Perez
Story by Ana Perez
Report by Ana Perez
Ana Perez, Staff Writer
Ana Perez reports from Port Elm
Ana Perez in Port Elm
Ana Perez – Chief Crime Reporter
Reported by Ana Perez for Radio East. Translated by May Lee. Written in English by Tom Hall.
Reported by Ana Perez. Translated by May Lee. Edited by Tom Hall.
Translated by May Lee
Translated by May Lee. Edited by Tom Hall.
Edited by Tom Hall.
Edited by Tom Hall and May Lee.
Written in English by Tom Hall.
Reporting by Ana Perez; writing by May Lee; editing by Tom Hall
Reporting by Ana Perez, editing by Tom Hall.
(Reporting by Ana Perez in Port Elm; Editing by Tom Hall)
Additional reporting by Ana Perez in Port Elm
Additional reporting by Ana Perez and May Lee.
Associated Press writers Ana Perez in Port Elm and Tom Hall in Old Town contributed to this report.
Our correspondent in Port Elm contributed reporting.
With reporting by Ana Perez
With additional reporting from Ana Perez
Text by Ana Perez
Author: Ana Perez
Reporter: Ana Perez
Editor: Tom Hall
Posted by Ana Perez
Por Ana Pérez
Por: Redacción
Redacción
Por la Redacción
Texto: Ana Pérez
Par Ana Pérez
Par Ana Pérez avec AFP
Avec AFP
La rédaction
Da Redação
Por Ana Pérez, da Redação
Von Ana Perez
Von unserem Korrespondenten
Piše: Ana Perić
Autor: Ana Perić
Автор: Анна Петрова
Текст: Анна Петрова
ht/tm (AFP, Reuters, dpa)
ap/th (AP, Reuters)
""",
    "dateline": """
Publicado: 10:22 h, 5 de junio de 2020
5 junio, 2020
Friday, 5 June 2020 11:03
Jun 5, 2020, 11:03 AM ET
11:03 AM · Jun 5, 2020
Published 5 hours ago
Last updated on June 5, 2020
Nakuru, 5 June 2020 (LT)
6 min. read
Published: 10:22 AM, May 3, 2021
Published 10:22 May 3, 2021
UPDATED: 10:22, 3 May 2021
May 3 2021, 10.22am
Modified: 03/05/2021 - 10:22
Issued on: 03/05/2021 - 10:22
First Published: 3rd May 2021
Last Updated : 03 May, 2021 10:22 AM IST
Tue, May 4 2021
2021.05.03
Kampala, May 3
4 minutes read
Est. reading time: 3 min
Updated 3 hours ago
Updated: 3 May 2021, 10:22 AM IST
Published May 3, 2021 at 10:22 a.m. EDT
Published on May 3, 2021
First published on Mon 3 May 2021 10.22 BST
Last modified on Tue 4 May 2021 08.01 BST
Last updated: May 3, 2021
Posted: May 3, 2021 | 10:22 am
Monday, May 3, 2021
Monday 3 May 2021
May 3, 2021 10:22 AM
May 3, 2021, 10:22 PM GMT+8
Mon, 3 May 2021 10:22:00 +0000
2021-05-03 10:22:00
3.5.2021
03.05.2021 10:22
3 May 2021 - 10:22
5 min read
Reading time: 5 minutes
Read time: 4 mins
3 minute read
May 3, 2021 · 4 min read
Port Elm, 29 April 2025
Port Elm, Kenya, 22 May 2025 (Lake News)
PORT ELM, May 3, 2021
Port Elm - 3 May 2021
Port Elm, 3 de mayo de 2021
3 de mayo de 2021
Publicado el 3 de mayo de 2021
Actualizado: 3 mayo 2021 - 10:22
Hace 3 horas
Publié le 3 mai 2021 à 10h22
Mis à jour le 3 mai 2021
Publié le 03/05/2021 à 10:22
Temps de lecture : 4 min
Publicado em 3 de maio de 2021 às 10h22
Atualizado há 2 horas
Veröffentlicht am 3. Mai 2021
Stand: 03.05.2021 10:22 Uhr
3. Mai 2021
Objavljeno: 3. maj 2021.
3. maj 2021. 10:22
3 мая 2021
3 мая 2021, 10:22
Опубликовано: 03.05.2021
Yesterday at 10:22
2 days ago
""",
    "share": """
Compartir en redes
Share to Facebook Share to X Share to Email
Share this article on WhatsApp
Click to share on X (Opens in new window)
Share Tweet Pin
Share on WhatsApp Share on Telegram
Share this post
0 Shares
Facebook Messenger Twitter Pinterest WhatsApp Linkedin
Share this story: Facebook | X | Telegram | Email
Share on Facebook Share on X WhatsApp Copy link
Share this article
Share this story
Share this page
Share
SHARE
Share this with
Share on X
Share via Email
Copy link
Copy this link
Link copied
Facebook
Twitter
Facebook X LinkedIn Email
Tweet this
Email this article
Print this article
Print
Send to a friend | Print | Share
Click to share on Facebook (Opens in new window)
Share this: Click to share on Twitter (Opens in new window)
Save article
Compartir
Compartir:
Comparte esta nota
Compartir en Facebook
Partager
Partager sur Facebook
Partager l'article
Compartilhar
Compartilhe no WhatsApp
Teilen
Auf Facebook teilen
Podeli
Podeli na Facebook
Поделиться
Поделиться в Telegram
12 shares
""",
    "subscribe": """
Subscribe to The Lake Times newsletter
Follow The Lake Times on Facebook, X and Instagram
Get breaking news alerts straight to your inbox
Join our Telegram channel: t.me/laketimes
Suscríbete al newsletter de El Lago
Recibe las noticias por WhatsApp
Follow Sam Okoro on X: @samokoro
Sign up for daily news updates from Harbour News
Get Harbour News in your inbox
Subscribe to Harbour News
Subscribe to continue
This story is for subscribers only
Want to read more? Subscribe today.
Follow us on Google News
Follow us on social media
Join our Telegram channel here
Receive the latest news by email
If you like this story, support us.
Your support makes our work possible. Donate now.
Enable notifications
Follow our channel on Telegram for news from inside the country!
Follow us on Facebook
Follow us on X @harbournews
Follow Harbour News on WhatsApp
Follow our WhatsApp channel
Follow @anaperez on Twitter
Sign up for our weekly newsletter
Sign up here for our daily briefing.
Sign up and receive the valley in your inbox every Friday.
Get our newsletter
Get the latest news in your inbox
Get the Harbour Brief delivered to your inbox every morning.
Subscribe to our YouTube channel
Subscribe to our Telegram channel and miss no update.
Subscribe now for unlimited access
Subscribe to read the full story
Already a subscriber? Log in
Don't miss out: subscribe to our newsletter
Never miss a story: subscribe to our newsletter.
Download our app
Download the Harbour News app for Android and iOS
Become a member
Support independent journalism
Support our work: donate today.
Join our WhatsApp group
Join the conversation on our Facebook page
Turn on notifications
Enter your email address
Like us on Facebook
Listen to our podcast
Síguenos en Twitter
Síguenos en nuestras redes sociales
Suscríbete a nuestro canal de YouTube
Únete a nuestro canal de WhatsApp
Regístrate para recibir nuestro boletín
Abonnez-vous
Suivez-nous sur Facebook
Inscrivez-vous à notre lettre d'information
Siga-nos no Instagram
Assine nossa newsletter
Receba as notícias no seu e-mail
Abonnieren Sie unseren Newsletter
Folgen Sie uns auf Twitter
Pratite nas na Facebook
Pratite nas na društvenim mrežama
Подписывайтесь на наш Telegram-канал
Подпишитесь на нашу рассылку
""",
    "tags": """
Tags: Kenya, Nakuru, police
Topics: Kenya | Police
Temas relacionados: policía
Tags police, bribes
TAGS: POLICE, BRIBES
In this article: police, bribes
Topic: police
Tags: police, bribes, Port Elm
TAGS
Tagged: police
Topics: police, bribes
Topics:
Related topics: Police, Bribes
Keywords: police, bribes
Category: News
Categories: News, Justice
Filed under: News
Posted in News
More on: Police
#police #bribes #PortElm
Temas: policía, sobornos
Etiquetas: policía
Palabras clave: policía, sobornos
Thèmes : police, corruption
Mots-clés : police
Assuntos: polícia, suborno
Schlagwörter: Polizei, Korruption
Themen: Polizei
Tagovi: policija, mito
Oznake: policija
Теги: полиция, взятки
Метки: полиция
""",
    "related": """
Related: Nakuru police chief moved
READ ALSO: Nakuru police chief moved
Más sobre este tema
Recommended reading
You may have missed
Read our full report
Read this article in Swahili
Read next: Two officers suspended
RELATED ARTICLE: Two officers suspended
ALSO ON HARBOUR NEWS
Must read
From our archive
You might be interested in
Read the story in Spanish here
Lee esta nota en inglés
Read this in Burmese
View original
Recommended Videos
Read more
Read more:
READ MORE
Read more: Two officers suspended
READ ALSO: Two officers suspended
ALSO READ | Two officers suspended
Read also
Also read
See also: Two officers suspended
See more
Related stories
Related Stories:
RELATED: Two officers suspended
Related links
Most read
Most viewed
Most popular
Top stories
You may also like
More from Harbour News
More in World
More on this story
More stories
Recommended for you
Latest news
Trending now
Up next
Watch: Two officers suspended
WATCH | Two officers suspended
Watch more
LISTEN: Two officers suspended
Read in Korean
Read this story in Spanish
Read in English
View in Korean
Leer en español
Leer en inglés
Lire en anglais
Ler em inglês
Auf Englisch lesen
Korean version
Read the original article here
Read the full report here
Click here to read more
Click here to read the original in Korean
Lea también
Lea también: Dos agentes suspendidos
Te recomendamos
Notas relacionadas
Noticias relacionadas
Más información
À lire aussi
À lire aussi : Deux agents suspendus
Lire aussi
Sur le même sujet
Leia também
Leia mais
Veja também
Lesen Sie auch
Lesen Sie auch: Zwei Beamte suspendiert
Mehr zum Thema
Pročitajte još
Pročitajte i: Dva policajca suspendovana
Читайте также
Читайте также: Двое полицейских отстранены
""",
    "source_footer": """
Original source: The Lake Times
Source: The Lake Times / AFP
Source: AFP and Reuters
This report was first published by The Lake Times.
This story was originally published by The Lake Times on June 5, 2020.
The article was republished with the permission of The Lake Times.
© 2020 The Lake Times Ltd
Copyright The Lake Times 2020
Contact: news@laketimes.example
If you have a tip, write to tips@laketimes.example
Posted on May 3, 2021 by Sam Okoro
This article was first published in Harbour News on May 3, 2021.
Republished with permission of Harbour News
Reproduced from Harbour News
© 2023 The Associated Press. All rights reserved.
Copyright 2023 The Associated Press. All rights reserved. No part of it may be rewritten or broadcast without permission.
The opinions expressed in this article are the author's own
Have you got a story? Email us.
Source: Harbour News. This article may be reprinted with permission.
Source: Harbour News
Source: Harbour News, May 3, 2021
Sources: Harbour News, Radio East
Source: https://harbour.example/story
SOURCE Harbour News
Fuente: Diario del Puerto
Source : AFP
Fonte: Agência do Porto
Quelle: dpa
Izvor: Beta
Источник: Интерфакс
Copyright © 1998-2023, Radio East. Used with the permission of Radio East.
Copyright 2021 The Harbour Press. All rights reserved. It may not be republished or rewritten.
© 2021 Harbour News. All rights reserved.
© Harbour News 2021
(c) 2021 Harbour News
All rights reserved.
Todos los derechos reservados
Tous droits réservés
Todos os direitos reservados
Alle Rechte vorbehalten
Sva prava zadržana
Все права защищены
This article was originally published by Harbour News and is reprinted with permission.
This article first appeared in Harbour News.
This story was first published on May 3, 2021.
Originally published at harbour.example
First published in Harbour News
Republished with permission from Harbour News.
Reprinted with permission.
This article may be reprinted with permission.
This story was produced by Harbour News and republished under a Creative Commons licence.
This story has not been edited by our staff and is published from a syndicated feed.
Please send us your comments or questions on this article to desk@harbour.example
Please direct your questions or comments on this report to desk@harbour.example.
Contact the reporter at ana@harbour.example
Contact us: desk@harbour.example
Contact the author at ana@harbour.example.
Email: desk@harbour.example
Views expressed in this article are those of the author and do not reflect the position of Harbour News.
The views expressed here are the author's own.
Get in touch: desk@harbour.example
""",
    "metadata": """
Permalink: https://harbour.example/1
""",
    "credit": """
Grace Wanjiru / The Lake Times
Photo: The Lake Times/Paul Otieno
Photo by Paul Otieno / AFP
PHOTO | PAUL OTIENO
Foto: EFE/Paul Otieno
Imagen: Cortesía
Image: Paul Otieno via Getty Images
Paul Otieno/AP Photo
Image: Riot police in Nakuru
Cuartoscuro
— AP
(AP)
Photo: Reuters
Photo: AFP / Sam Okoro
PHOTO: SAM OKORO
Photograph: Sam Okoro/AP
Picture: Sam Okoro
Image: Supplied
Credit: Getty Images
Sam Okoro via Reuters
Sam Okoro/Harbour News
Photo: X/@police
Photo used for illustration
Screenshot from video
Photo: Ana Perez
Photo by Ana Perez
Photo credit: Ana Perez
Photograph: Ana Perez/The Harbour
Image: Ana Perez / Harbour News
Image source, Getty Images
Image source: Getty Images
Image credit: Getty
Getty Images
GETTY IMAGES
AFP via Getty Images
AFP/Getty Images
Ana Perez/AFP/Getty Images
Ana Perez / AFP
Ana Perez/Reuters
ANA PEREZ / REUTERS
Ana Perez | AP
AP Photo/Ana Perez
(AP Photo/Ana Perez)
© Getty Images
© AFP
[Photo: Ana Perez]
Foto: Ana Perez
Foto: AFP/Archivo
Fotografía: Ana Pérez
Crédito: Ana Pérez
Crédit photo : AFP
Photo : AFP
Foto: Beta/Ana Perić
Фото: ТАСС
Bild: dpa
REUTERS
Reuters
Representational image
File photo
File photo.
Courtesy photo
Photo courtesy of the Harbour Police
Illustration: Ana Perez
Video: Harbour News
Handout
""",
    "caption": """
Riot police face protesters in Nakuru. PHOTO: PAUL OTIENO
Riot police face protesters in Nakuru, June 5, 2020. (Paul Otieno/AFP)
Riot police face protesters in Nakuru. [Paul Otieno, Standard]
Riot police face protesters in Nakuru. Photograph: Paul Otieno/AFP/Getty Images
File photo of riot police in Nakuru
Policías en el centro de Nakuru. EFE/Paul Otieno
FILE: Police officers at the gate in Kampala
Police officers at the gate in Kampala. Image: Sam Okoro
Police at the gate. Photo | Sam Okoro
Police at the gate (File Photo)
Police at the gate. PHOTO/FILE
Police at the gate. Photo by Sam Okoro/AFP
Police at the gate. PHOTO | SAM OKORO | HARBOUR NEWS
Police patrol the market in Kampala, Uganda, Monday, May 3, 2021. (AP Photo/Sam Okoro)
Police patrol the market on May 3. [Sam Okoro/AFP]
Uganda police patrol in Kampala on May 3, 2021. Credit: AFP
FILE - Officers stand guard outside the court in Port Elm on May 3, 2021.
FILE – Officers stand guard outside the court in Port Elm. (AP Photo/Ana Perez, File)
FILE PHOTO: Officers at the gate
Officers at the gate of the court. Photo: Ana Perez
Officers at the gate of the court (Photo by Ana Perez)
Officers at the gate. [Ana Perez/Harbour News]
Officers at the gate. [File: Ana Perez/Reuters]
Officers at the gate. © 2021 Ana Perez
Officers at the gate. © Ana Perez / AFP
Officers at the gate, in 2019. Ana Perez/AFP/Getty Images
Officers at the gate of the court in Port Elm, May 3, 2021. REUTERS/Ana Perez
A court gate in Port Elm / Ana Perez, Harbour News
Image caption, Officers at the gate
Image caption: Officers at the gate
Officers in Port Elm. Credit: Ana Perez
Officers in Port Elm. Image: Harbour News
In this photo taken May 3, 2021, officers stand at the gate.
Officers at the gate of the court. (Reuters photo)
Officers at the gate in Port Elm, Kenya. (File photo)
Officers at the gate in Port Elm. | Photo Credit: Ana Perez
Agentes en la entrada del juzgado. Foto: Ana Pérez
Agentes en la entrada del juzgado. (Foto: Ana Pérez)
Des agents devant le tribunal. © AFP
Des agents devant le tribunal. Photo : AFP
Agentes na porta do tribunal. — Foto: Ana Pérez
Policajci ispred suda. Foto: Beta
Photo shows officers at the gate of the court. (Ana Perez)
1 of 4 | Officers stand at the gate.
Click to enlarge
""",
    "boilerplate": """
We value your privacy
Manage cookies
Play audio
Listen 3 min
Please log in to comment
View 12 comments
ADVERTISEMENT: Story continues below
Our Standards: The Harbour Trust Principles.
Licensing: opens new tab
ADVERTISEMENT CONTINUE READING
Skip to comments
Post Comment
Comment
Comments 12
Log in to comment
Write a comment...
Share your thoughts in the comments
Report a typo
Report an error
Accept
Continue
Powered by WordPress
Cookie Policy | Privacy Policy
This site is protected by reCAPTCHA and the Google Privacy Policy and Terms of Service apply.
Advertisement
ADVERTISEMENT
- Advertisement -
Advertisement - Continue reading below
Sponsored
Story continues below advertisement
Article continues after this advertisement
Listen to this article
Listen to this article 5 min
0:00 / 4:31
Leave a comment
Leave a Reply
0 Comments
12 comments
Comments (3)
No comments yet
Add a comment
View all comments
Comments are closed.
Be the first to comment
Your email address will not be published. Required fields are marked *
This website uses cookies. By continuing to browse you agree to our use of cookies.
We use cookies to improve your experience on our site.
Accept all
Accept all cookies
Cookie settings
Privacy policy
Terms of use
Privacy Policy | Terms of Use | Contact Us
About us
Contact us
Home
Home > News > World
Skip to main content
Skip to content
Menu
Close
Search
Log in
Sign in
Please enable JavaScript to view the comments.
Loading...
Load more
Show more
Back to top
Next article
Previous article
Watch video
Play video
Video player is loading.
This is a developing story and will be updated.
This story has been updated.
Publicidad
Publicidade
Publicité
Anzeige
Werbung
Реклама
Deja un comentario
Laisser un commentaire
Deixe um comentário
Kommentare
Komentari
Комментарии
(END)
-30-
ENDS
""",
}

CONTENT = """
By Reuters' count, nine died.
By the river
By Fear Alone
Grace Wanjiru lives in Nakuru.
Grace Wanjiru and Paul Otieno were released.
Compiled over two years, the list names 40 officers.
Editing the footage, police removed the blows.
Por EFE supo la familia de su muerte.
Por eso huyeron.
Von hier aus sieht man das Gefängnis.
Par ici, on se tait.
June 5, 2020 was the last day he was seen.
On June 5 they came for him.
Friday, they came again.
5 hours ago my son was alive, she wrote.
6 minutes later he was dead.
Last updated rules
Nakuru, June 5 (LT) - Police shot two.
Share this with no one, the officer warned.
Share to survive
Sharing is treason, says the captain
WhatsApp groups were infiltrated.
Follow the blood
Follow me on foot, he told the women.
Subscribe or starve
Subscribe to no party, recruits are told.
Join the police and see the world
Get news from the market women
Get alerts out before the trucks come
Recibe golpes quien habla.
Topics no one raises
Topics: nobody would raise them in the mess hall.
Related by blood
Read our lips, the crowd shouted.
Read the names
Más sobre el miedo que sobre la ley, dijo.
Original sin of the force
Original source of the money: the traffic post
Source of the order
Source of fear: the neighbours themselves
This report names 14 officers.
This story has two sides, the commander said.
The article was removed after a call from the ministry.
This article bans gatherings of more than five.
Copyright The officers wore masks.
Photo by photo, the family went through the dead.
Photo or no photo, he was beaten
Foto y huella son obligatorias.
Image of a force in collapse
Riot police face hunger
Riot police faced protesters in Nakuru, June 5, 2020.
Riot police faced them (about 40 in all).
Riot police fired at the AFP photographer.
Riot police left; AP and Reuters filmed it.
File photo of the victim was deleted, the clerk said.
We value your silence, the letter said.
Manage fear
Play along or leave
Listen, he said
Please log every arrest
View of the cells from the yard
Contact: he was seen with two officers on Monday.
If you have a tip, keep it, they say in Nakuru.
If you like your teeth, support us, the officers joked.
If you value your life, support us, the militia told them.
Your support keeps him alive, she told the crowd.
Tips: keep your phone at home, walk in pairs.
1. Share what you know.
2. Follow your lawyer's advice.
- Email the prosecutor
- Subscribe no petition
Listening to the radio is punished.
Comments on the wall: murderers, thieves.
Comment: he is lying.
Advertisement boards carry the commander's face.
Pictured on the wall: the nine dead.
Pictured here as a hero, he is feared at home.
Posted: two guards at each door.
Posted by night at the crossing, he takes what he can.
Edited by whom? the lawyer asked.
Tagged and counted, the bodies were taken away.
By his own count, he hit forty men.
By Sunday the square was full.
By Minister's order
By Hand or by Rope
From Kampala to Gulu, every roadblock costs.
Kampala police
Police
The police
Special units came from the capital.
Service with a gun
Our reporter saw two bodies.
Reporting a crime costs 20 dollars.
Reporting to the station every day, she lost her job.
Edited footage from the ministry shows no blows.
Translated into Swahili, the word means thief.
Sam Okoro is a baker.
Sam Okoro is in prison.
Sam Okoro, 19, a student, was among the dead.
Published figures are false.
Published in secret, the newsletter reached every barracks.
Updated on Monday, the list has 40 names.
May 3 was a Monday.
May 2021 was the worst month.
In May 2021
Two hours a day
10 minutes
Every 10 minutes
3 dead
Four officers, three guns
Read it and weep
Read by candlelight
Share it!
Share your food
Share a cell with nine men
Print it, said the editor, and they did.
Email him
Tweeting is a crime there
X marks the houses to be searched.
Telegram users fled to Signal.
Sign nothing
Subscribe, they said.
Get in the van
Get your phone out, the officer ordered.
Join in or stay out
Our Telegram channel was blocked, the editor said.
Follow him home
Tags?
Topics are banned.
Opinion in the ranks is divided.
World opinion matters little here.
News travels by foot.
Exclusive clubs, exclusive police
Must we die?
View from the bridge
Original documents were burnt.
With files from the station, lawyers built a case.
Copyright is no crime.
Photo of my son
Picture this: a town without police.
Photograph no one, the rule says.
Image of God, the priest said.
Credit is given only to officers.
File number 20
Files on everyone
Screenshots of the chat were used in court.
Comment is free, arrest is not.
Comment from the ministry was not available.
Accept the money
Continue, said the judge.
Report an error and lose your job, clerks say.
Have you got a story? they asked him.
Powered by anger, the crowd moved.
Police at the gate
Police at the gate (two of them drunk)
Police patrol the market on market days (Mondays and Fridays).
Police at the gate, says Okoro, photo in hand.
Reuters could not confirm the report.
(He declined to be named.)
[They laugh.]
The case is Okoro v. State.
Human Rights Watch / Amnesty report
Names of the dead: Okoro, Bello, Hall
No.
Q: Did they hit you?
A: Yes.
— Yes, he said.
* Beatings
Torture, bribes, murder
100 shillings
What they took: phones, cash, shoes
How to stay alive
The witness wrote to us at desk@harbour.example from prison.
Sources: police, neighbours and the victim's mother all confirm it
Source of pride
Contact was lost.
Views from the street
Terms of the deal
Terms and wages
Search and seizure
Close ranks
Related charges
Popular anger
Recommended measures
Latest victims
Next victim
By Friday, 40 officers had quit.
By morning the market was empty.
By law, officers must wear a number
By the time we came, he was dead.
By night they drink, by day they collect.
By April 2021, nine had resigned
By Christmas 2020 nobody went out after dark
By the bridge
By Ana Perez's account, the officers were drunk.
By order of the commander
By their own count, twelve men left
By Order 227 officers who refuse are jailed.
Written by a child, the letter asks for the return of his father.
Edited by the police, the video shows only the stones.
Edited video
Translated by a neighbour, the summons made no sense.
Reporting by neighbours led to the arrests, the council said.
Reporting a policeman is useless here.
Reporting by Radio East led to an inquiry.
Reporters were kept away.
Editors were called in and warned.
Editor Tom Hall was arrested on Monday.
Staff reporters were beaten outside the court.
Our correspondent was beaten by three officers.
Ana Perez is a reporter and was beaten by three officers.
Ana Perez reports daily to the station, as her bail demands.
Ana Perez, 34, was shot at the gate.
Ana Perez was a staff writer until her arrest.
Ana Perez contributed to the fund for the widows, police said.
Source: "They beat him until he stopped moving."
Source of the rifles: the police armoury.
Source of income
Sources in the province said the quota was doubled.
Sources: nine officers were dismissed.
Sources close to the commander deny it.
Sources say
The source is a sergeant.
Share of the bribes, by rank: the chief takes half.
Share and share alike, the sergeant said of the fines.
Share your wages or lose your post, recruits are told.
Shares in the mine went to the police chief.
Shared cells, shared buckets
Sharing the video is a crime.
Share it, he told us.
Print shops were raided.
Print media fell silent.
Email was cut for three days.
Facebook and Telegram were blocked.
Facebook is the only newspaper here.
Twitter accounts were closed.
Telegram channels named the officers.
Officers follow our Telegram channel, the editor said.
The police follow us on Telegram.
They follow our channel to find new suspects.
Follow orders or leave
Follow the rules, they told us.
Follow-up visits came at night.
Follow our channel, the officer joked, and then he hit me.
Subscribe or be closed, the police told the shopkeepers.
Subscribers to the channel were detained.
A man who subscribed to the newsletter was detained for a week.
The newsletter of the police union lists 14 suicides.
Sign up or go to prison, the recruiter said.
Sign here, they said.
Get out, they told us.
Get your hands off me, she shouted.
Join us or die
Join us, the deserters shouted to the cordon.
Support us, the officers begged the crowd.
Donate blood, the radio said.
Register or leave
Download speeds fell before each protest.
Become a policeman and you will never pay for lunch.
Turn on the lights, the officer said.
Enter your house and they follow you.
Photo albums were taken.
Photo of the dead man: a boy with a school bag.
Photos show officers in plain clothes.
Photographers were beaten.
Photo, video and sound recordings were deleted.
Image is everything to the new commander.
Images of the beating spread within hours.
Picture a town with one policeman.
Pictures were taken of everyone.
Video shows officers firing at the crowd.
Video of the beating was seen by thousands.
Video evidence
Caption writers at the paper were told to call them vandals.
Credit for the arrests went to the villagers.
Credit: the shopkeeper had not been paid for a year.
Illustrations of torture cover the walls.
File photos of victims, and lose them, the clerk was told.
File a complaint and they file you.
Files were burnt.
Courtesy visits by the police cost a chicken each.
Reuters reporters were detained.
Reuters reported that two men died.
AFP could not reach the ministry.
AP and Reuters were denied entry.
Read the law, the judge said.
Read aloud, the list took an hour.
Read him his rights, she shouted.
Read in the square, the names took an hour.
Read in court, the statement lasted three hours
Read more than one report and you see the pattern.
Reading lessons are held in the cells.
Related crimes rose as well.
Related to the commander by marriage, he was never charged.
Most read about it in the foreign papers.
See also what happened to his brother, she said.
See no evil, hear no evil
Watch him, the sergeant whispered.
Watch: he wears a gold watch on a salary of ninety dollars.
Watch towers stand on three sides.
Listen to the tape, he said.
Listen to me
More: they came back the next night.
More police
More from fear than from love, they obey.
Recommended sentence: nine years.
Latest news from the front reached the barracks by radio.
Top stories were removed from the site after a call from the police.
Up next was the sergeant.
Tags were tied to the toes of the dead.
Tagged as a spy, he lost his post.
Topics of talk at the tea house: bribes, bribes and bribes.
Category three prisoners get no visits.
Filed under seal, the complaint went nowhere.
Posted in the north for ten years, he speaks no local language.
Keywords are watched: strike, march, mother.
Copyright was the charge; the crime was a cartoon.
All rights reserved for the police, none for us, he joked.
All rights were suspended.
Reserved seats stayed empty.
Published or not, the list was known to all.
Published on the ministry's site on 3 May, the order bans gatherings.
Published in May 2021, the code forbids beatings.
Posted on Facebook, the video led to his arrest.
Originally published in 1920, the law still allows flogging.
This article of the code was used against her.
This article was used 40 times last year.
This story was told to us by three people.
This story was first published as a rumour and then denied.
This article has been used to jail nine men.
This story has been denied by the ministry.
This is a developing story, the chief told parliament.
The names of the witnesses have been changed for their safety.
All names have been changed.
Names have been changed
This story has been corrected to show that nine men died, not eight.
Correction: nine men died, not eight.
Editor's note: this story describes torture.
An earlier version of this story said that eight men died.
Harbour News could not verify the claim.
Send any questions to the ministry, the spokesman said.
Please send help, she wrote.
Contact with his family was cut.
Contact the ministry, they were told at the station.
Write to police@harbour.example, a poster at the station says.
He wrote to the address on the poster, police@harbour.example, and got no answer.
Email police@harbour.example if you see them, the notice read.
Comments by the minister made things worse.
Comments were closed after the police complained.
No comment, said the chief.
No comments were made.
12 comments led to 12 arrests.
0 officers were charged.
Home is where they find you.
Home searches
Close to midnight they returned.
Close the door
Search parties found the body.
Search warrants
Sign in blood, he was told.
Menu prices at the police canteen are kept secret.
Loading the trucks took all night.
Play dead, he told his son.
Advertisement for recruits drew three men.
Advertisements for the force promise housing.
Sponsored gangs attacked the march.
We use cookies as bribes; everyone likes sugar, a baker said.
Accept all this and you will live, the officer said.
Privacy is dead in this town.
Views differ.
The views of the author of the report were not heard by the court.
Views expressed at the market are reported by nightfall.
PORT ELM, June 3 — The police shot two men on Friday.
PORT ELM (AP) — Two men died in a police cell.
Port Elm, 3 June 2021 — Two men died.
Port Elm, May 3: police shot two men
On 3 May 2021
On Monday, 3 May 2021, nine officers left.
3 May 2021: police shoot two men
May 3, 2021, will be remembered as the day the police left.
Monday was quiet.
Five minutes ago he was alive, she said.
Three hours later they let him go.
Updated rules forbid it.
Updated lists hang at the station each Monday.
Yesterday at dawn they came again.
2 days ago they took my son
Stand back, the officer said.
Police arrested three.
He ran.
"No."
Yes.
Nobody.
"Never again."
Two phones
- a torch, a rope and two phones
- by bus
1. Officers shall not take money.
(a) share information with the prosecutor
* Photos of the detained
“Share everything,” the cadre said.
"Print," the officer told him, and he printed his name.
In the photo, he is smiling.
In this photo he is still alive, his mother says.
A photo shows him with a bruised face.
He carries a photo of his son (taken in 2019).
Two men were shot (one of them in the back).
Police fired on the crowd (see video).
Two officers (Reuters said three) were killed.
The radio said so (AFP also reported it).
The two died, according to a report by Harbour News/Radio East.
The notice was signed Perez/Hall.
Officers at the gate, rifles ready, said nothing.
A view from the station: nobody comes, and nobody leaves.
From left, from right, from above: the stones kept coming.
#justice was the only word on the wall.
Officers wrote the hashtag #police on the wall.
Join the Telegram channel and you are on the list, he said.
Autor de la orden: el comandante.
Autor intelectual
Por la noche volvieron los agentes.
Por miedo, nadie denuncia.
Par peur, personne ne parle.
Par la force
Von Angst ist keine Rede mehr.
Von Montag bis Freitag
Fuente de la orden: el comandante, dijo.
Foto y video fueron borrados.
Compartir el video es delito.
Partager la vidéo est un crime.
Síganos, dijo el agente.
Siga, dijo el policía.
Leer en la cárcel está prohibido.
Lire en prison est interdit.
Leia a lei, disse o juiz.
Más información llegó en la noche.
Pratite nas, rekao je policajac.
Podeli plen, rekao je komandir.
Автор жалобы исчез.
Источник в полиции сообщил о трёх арестах.
Реклама полиции обещает жильё.
Поделиться видео значит сесть в тюрьму.
"""

# Left unsolved, each with why. Strict: who solves one must take it out of here.
OPEN_NOISE = {
    "Riot police face protesters in Nakuru. [Paul Otieno, Standard]": "a remark in brackets may name two things",
    "From Sam Okoro, Lagos": "may be a heading, as 'From Gulu, Kampala'",
    "Sam Okoro, Lagos": "a name alone is no evidence; beside a dateline it is",
    "SAM OKORO": "a name alone is no evidence; beside a dateline it is",
    "Harbour News Service": "as good a heading as a signature",
    "Harbour News Bureau": "as good a heading as a signature",
    "Sam Okoro is a reporter for Harbour News covering justice.": "may be content; at the very end it is noise",
    "Kampala, May 3": "without a year it may be an entry of a timeline",
    "Tags police, bribes": "without a colon it may be a clause",
    "In this article: police, bribes": "the article may be one of a law",
    "Our Standards: The Harbour Trust Principles.": "the habit of one agency",
    "Licensing: opens new tab": "the habit of one agency",
    "Have you got a story? Email us.": "two sentences that somebody may say",
    "Ana Perez in Port Elm": "the line alone cannot tell it from a subheading such as 'Night Raids in Port Elm'",
    "A court gate in Port Elm / Ana Perez, Harbour News": "a slash before a name alone is too weak a sign",
}
OPEN_CONTENT = {
    "By Fear Alone": "a headline in capitals that begins with By reads like a byline",
}


def _rows(listed: str) -> list[str]:
    return listed.strip("\n").split("\n")


def _param(*values: str, unsolved: dict[str, str]) -> object:
    why = unsolved.get(values[-1])
    return pytest.param(*values, marks=[pytest.mark.xfail(strict=True, reason=why)] if why else [])


@pytest.mark.parametrize(
    ("reason", "line"),
    [_param(reason, line, unsolved=OPEN_NOISE) for reason, listed in NOISE.items() for line in _rows(listed)],
)
def test_a_line_of_page_furniture_is_known_with_its_reason(reason: str, line: str) -> None:
    assert noise_reason(line) == reason


@pytest.mark.parametrize("line", [_param(line, unsolved=OPEN_CONTENT) for line in _rows(CONTENT)])
def test_a_sentence_that_looks_like_furniture_stays_content(line: str) -> None:
    assert noise_reason(line) == ""


def test_the_tables_are_as_large_as_promised_and_disjoint() -> None:
    noise = [line for listed in NOISE.values() for line in _rows(listed)]
    content = _rows(CONTENT)
    assert len(noise) >= 300
    assert len(content) >= 200
    assert not set(noise) & set(content)
    assert len(set(noise)) == len(noise)
    assert set(OPEN_NOISE) <= set(noise)
    assert set(OPEN_CONTENT) <= set(content)
